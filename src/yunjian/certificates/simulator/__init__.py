"""A program that stands in for the client of certificate keys, with soft keys of the demo."""

from yunjian.certificates.simulator.keys import Drawer, SoftKey, read_drawer
from yunjian.certificates.simulator.server import Simulation, run_in_thread, serve

__all__ = ["Drawer", "Simulation", "SoftKey", "read_drawer", "run_in_thread", "serve"]
