"""Brings the agent into a program that runs already, without touching its search path or leaving modules behind.

Not imported: executed in a namespace of its own that holds `folder`, `config` and `library`, by native/src/attach.c, or by
the script that src/engine/discovery/remoteExec.ts hands to sys.remote_exec. Leaves the report for the engine in `result`.
"""


def _enter(folder, config, library):
    import sys

    finder = sys.modules["_frozen_importlib_external"].PathFinder
    make = sys.modules["_frozen_importlib"].module_from_spec
    kept = {name: sys.modules.pop(name) for name in _ours(sys)}
    try:
        spec = finder.find_spec("gilscope_agent", [folder])
        if spec is None:
            raise ImportError("the agent is not in " + folder)
        package = sys.modules["gilscope_agent"] = make(spec)
        spec.loader.exec_module(package)
        from gilscope_agent import attach
    finally:
        for name in _ours(sys):
            del sys.modules[name]
        sys.modules.update(kept)
        for name in (folder, folder + "/gilscope_agent"):
            sys.path_importer_cache.pop(name, None)
    return attach.run(config, library)


def _ours(sys):
    return [name for name in list(sys.modules) if name.split(".")[0] == "gilscope_agent"]


def _failure(error):
    text = "%s: %s" % (type(error).__name__, error)
    plain = "".join(c if " " <= c < "\x7f" and c not in '"\\' else "?" for c in text[:500])
    return '{"ok":false,"code":"agent_failed","message":"' + plain + '"}'


try:
    result = _enter(folder, config, library)  # noqa: F821
except BaseException as problem:
    result = _failure(problem)
