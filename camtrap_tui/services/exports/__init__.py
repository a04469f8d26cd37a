"""What leaves a survey: one file a format, each a function of the same shape (`Format.write`).

What people said is exported; the machine's word only where it was asked for, and marked as such.
"""
