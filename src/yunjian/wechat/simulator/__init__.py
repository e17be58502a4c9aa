"""A simulator of the part of WeChat's API that the product uses. Loopback only, no Django."""

from yunjian.wechat.simulator.program import Simulator, create_app, run_in_thread, serve
from yunjian.wechat.simulator.state import SimulatorState

__all__ = ["Simulator", "SimulatorState", "create_app", "run_in_thread", "serve"]
