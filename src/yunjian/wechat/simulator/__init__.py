"""A stand-in for WeChat's servers on one machine: a program of its own, without Django.

`yunjian.wechat.client` speaks to it over HTTP as it speaks to WeChat.
"""

from yunjian.wechat.simulator.server import Simulation, run_in_thread, serve
from yunjian.wechat.simulator.state import SimulatorState, openid_for

__all__ = ["Simulation", "SimulatorState", "openid_for", "run_in_thread", "serve"]
