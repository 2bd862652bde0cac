"""Which builds does an advisory affect, who still holds one, and how fast do they move to a fixed one?"""
