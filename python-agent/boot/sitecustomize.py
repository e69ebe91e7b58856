"""Starts the gilscope agent inside a launched program, then gets out of the way.

The engine puts this folder first in PYTHONPATH, so `site` imports this file before the program begins. It undoes every
trace of that (search path, importer cache, environment), starts the agent, and lets the user's own `sitecustomize`,
if there is one, take this module's place. Nothing here may raise: the program runs, traced or not.
"""


_OURS = ("SOCKET", "TOKEN", "ENGINE", "LIB", "CHILDREN", "SITES", "FUNCTIONS", "LOOKS", "PYTHONPATH")


def _clean_path(sys, here):
    """Forget the folder by which we came in: the program's path is the user's own."""
    sys.path[:] = [entry for entry in sys.path if entry != here]
    sys.path_importer_cache.pop(here, None)


def _clean_environ(os):
    """Give the program, and every process it starts, the environment the user gave; returns our own variables."""
    # No others: GILSCOPE_HOME, for one, is the user's own.
    ours = {key: os.environ.pop(key) for key in ["GILSCOPE_" + name for name in _OURS] if key in os.environ}
    # Without our socket this is a sub-interpreter, or somebody else's use of this folder: PYTHONPATH is already right.
    if "GILSCOPE_SOCKET" in ours:
        if "GILSCOPE_PYTHONPATH" in ours:
            os.environ["PYTHONPATH"] = ours["GILSCOPE_PYTHONPATH"]
        else:
            os.environ.pop("PYTHONPATH", None)
    return ours


def _start_agent(sys, home, settings):
    """Import the agent by way of a path entry that lives only for that import, and keep it out of sys.modules."""
    # The installed module of marks has the agent's name; a .pth file may have imported it by now.
    kept = {name: sys.modules.pop(name) for name in _ours(sys)}
    sys.path.insert(0, home)
    try:
        from gilscope_agent import bootstrap
    finally:
        sys.path.remove(home)
        sys.path_importer_cache.pop(home, None)
        for name in _ours(sys):
            # The agent's functions keep their modules' globals alive; the program finds no module of ours.
            del sys.modules[name]
        sys.modules.update(kept)
        sys.path_importer_cache.pop(home + "/gilscope_agent", None)
    bootstrap.start(settings)


def _ours(sys):
    return [name for name in sys.modules if name.split(".")[0] == "gilscope_agent"]


def _main():
    import os
    import sys

    here = os.path.dirname(__file__)
    try:
        _clean_path(sys, here)
        settings = _clean_environ(os)
        if "GILSCOPE_SOCKET" in settings:
            _start_agent(sys, os.path.dirname(here), settings)
    except Exception:
        # Whatever went wrong, the program comes first; the engine notices that no HELLO arrived.
        pass


_main()

# The user's own sitecustomize now, in our place: `site` then finds that module, not this one, in sys.modules. When there
# is none this raises ImportError(name="sitecustomize"), which is what `site` expects and swallows.
import sys  # noqa: E402

del sys.modules["sitecustomize"]
import sitecustomize  # noqa: E402,F401
