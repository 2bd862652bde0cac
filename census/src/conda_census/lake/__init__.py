"""What does the lake hold, and how does it get there?"""
