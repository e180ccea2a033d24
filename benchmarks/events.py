"""placeholder"""
def measure(count, rate, only): return []
