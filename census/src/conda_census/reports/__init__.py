"""How is a report made, and how does it look on each surface?"""
