"""Keeping secrets out of everything that leaves a program: the names, the shapes, and the redactor that uses them."""
