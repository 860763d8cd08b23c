"""Pictures of series: what stands where on the axes, and the picture itself."""
