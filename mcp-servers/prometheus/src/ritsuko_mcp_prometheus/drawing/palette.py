"""Colours of lines, by their names in the table next to a chart."""

# Based on the colour-blind safe palette of Okabe and Ito: https://jfly.uni-koeln.de/color/
COLOURS = {
    "blue": "#0072b2",
    "orange": "#d55e00",
    "green": "#009e73",
    "pink": "#cc6fa3",
    "gold": "#c99700",
    "sky": "#4aa8de",
    "purple": "#6a4c9c",
    "brown": "#7a5230",
}
