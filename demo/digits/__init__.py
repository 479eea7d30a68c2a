"""Small convolutional networks that read handwritten digits, compressed: who pays for it?"""
