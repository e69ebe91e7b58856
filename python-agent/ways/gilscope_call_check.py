"""Finds the function, and what is wrong with it or with its inputs, before anything runs. Every finding is a Refused with its remedy."""

import ast
import difflib
import importlib
import importlib.util
import inspect
import os
import pickle
import re
import sys
import warnings

from gilscope_call_task import outline


class Refused(Exception):
    """Nothing was run: what is wrong, and how to put it right. `detail` goes before it, a traceback for one."""

    def __init__(self, message, remedy, detail=""):
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.detail = detail


GUARD = "put what starts it under: if __name__ == \"__main__\":"


def arguments_of(text):
    """The arguments that an input stands for: a tuple is several, any other literal one, and what is no literal is a string."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        value = text
    return value if isinstance(value, tuple) else (value,)


def find(call, mode):
    """The function that "module:function" names; the module is imported for it."""
    module_name, _, path = call.partition(":")
    if not module_name or not path:
        raise Refused("%r does not name a function of a module" % call, "write module:function")
    module = _imported(module_name, path, mode in ("processes", "interpreters"))
    owner, found, done = None, module, []
    for word in path.split("."):
        owner = found
        found = getattr(owner, word, None)
        if found is None:
            raise _missing(module, owner, word, done)
        done.append(word)
    return _checked(call, mode, owner, found)


def _imported(name, path, again):
    """`again`: workers will import it too."""
    try:
        _refuse_unguarded(name, path)
        with _NoProcesses(name, again):
            return importlib.import_module(name)
    except Refused:
        raise
    except SystemExit as error:
        raise Refused("importing %s ends the program (SystemExit: %s)" % (name, error), GUARD)
    except ModuleNotFoundError as error:
        if error.name is None or not (name + ".").startswith(error.name + "."):
            raise Refused(
                "importing %s failed: there is no module %s for %s" % (name, error.name, sys.executable),
                "install it for this interpreter, or name another one",
                outline(error),
            )
        raise Refused(
            "there is no module %s in %s, nor is it installed for %s" % (error.name, os.getcwd(), sys.executable),
            "run from the folder it is in (--cwd), or install it",
        )
    except Exception as error:
        raise Refused(
            "importing %s failed: %s: %s" % (name, type(error).__name__, error),
            "correct it; this shows the same: %s -c 'import %s'" % (sys.executable, name),
            outline(error),
        )


def _refuse_unguarded(name, path):
    """A bare call of its own main(), or of the very function, at the module's top level would run at every import."""
    spec = importlib.util.find_spec(name)
    get_source = getattr(getattr(spec, "loader", None), "get_source", None)
    source = get_source(name) if get_source else None
    if not source or not re.search(r"^(main|%s)\s*\(" % re.escape(path), source, re.MULTILINE):
        return
    body = ast.parse(source).body
    own = {node.name for node in body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))} & {"main", path}
    for node in body:
        called = getattr(getattr(node, "value", None), "func", None) if isinstance(node, ast.Expr) else None
        if isinstance(called, ast.Name) and called.id in own:
            where = "%s, line %d" % (spec.origin, node.lineno)
            raise Refused("importing %s runs its %s() (%s)" % (name, called.id, where), GUARD)


class _NoProcesses:
    """While a module is imported that workers import again: it must not start processes, for each of them would start more."""

    def __init__(self, name, again):
        self.name = name
        self.again = again
        self.refused = None

    def __enter__(self):
        if self.again:
            from multiprocessing.process import BaseProcess

            def start(process):
                self.refused = Refused("importing %s starts a process (%s)" % (self.name, process.name), GUARD)
                raise self.refused

            self.kept, BaseProcess.start = BaseProcess.start, start

    def __exit__(self, *error):
        if self.again:
            from multiprocessing.process import BaseProcess

            BaseProcess.start = self.kept
        # Whatever became of it in the module.
        if self.refused is not None:
            raise self.refused


def _missing(module, owner, word, done):
    where = getattr(module, "__file__", None) or "built in"
    owner_name = ".".join([module.__name__] + done)
    names = [name for name in dir(owner) if not name.startswith("_") and callable(getattr(owner, name, None))]
    near = difflib.get_close_matches(word, names, 1)
    remedy = "did you mean %s?" % near[0] if near else "name a function that it defines"
    return Refused("%s (%s) has no function %s" % (owner_name, where, word), remedy)


def _checked(call, mode, owner, function):
    if not callable(function):
        raise Refused("%s is of type %s, and cannot be called" % (call, type(function).__name__), "name a function")
    if isinstance(owner, type) and inspect.isfunction(inspect.getattr_static(owner, function.__name__, None)):
        raise Refused("%s is a method, and there is no object to call it on" % call, "make it a @staticmethod, or name a function that makes the object")
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise Refused("%s is a coroutine function: calling it runs nothing" % call, "name a function that runs it: return asyncio.run(...)")
    if inspect.isgeneratorfunction(function):
        raise Refused("%s is a generator function: calling it runs nothing" % call, "name a function that goes through it: return list(...)")
    if mode in ("processes", "interpreters"):
        try:
            pickle.dumps(function)
        except Exception as error:
            raise Refused(
                "%s cannot be pickled, so %s cannot be given it (%s)" % (call, mode, error),
                "define it with def at the top level of its module, or leave out the modes processes and interpreters",
            )
    return function


def check_arguments(call, function, calls):
    """Whether each fits the function's parameters, where Python knows them."""
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        return
    for index, arguments in enumerate(calls):
        try:
            signature.bind(*arguments)
        except TypeError as error:
            what = "input %d, %s," % (index + 1, short(arguments)) if arguments else "a call without arguments"
            raise Refused("%s does not fit %s%s: %s" % (what, call, signature, error), "one input is one task; write (1, 2) for a task with two arguments")


def short(arguments):
    """One task's arguments for a message."""
    text = repr(arguments[0]) if len(arguments) == 1 else repr(arguments)
    return text if len(text) <= 80 else text[:77] + "..."
