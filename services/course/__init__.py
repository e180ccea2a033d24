"""Courses, their versions, and who may take them."""
