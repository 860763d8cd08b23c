"""From what a person types to an object, or to the reason why there is none."""
