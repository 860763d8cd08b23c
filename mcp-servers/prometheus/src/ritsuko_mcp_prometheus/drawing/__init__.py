"""Charts of series: axes, palette and the PNG image."""
