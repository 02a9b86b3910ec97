"""The parts of launch.py: what starts, watches over and stops Yingda's processes on one machine."""
