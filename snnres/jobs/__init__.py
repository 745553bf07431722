"""Who does independent pieces of work: threads of this process, or the workers of the joblib backend that is chosen."""

from .choice import Workers, n_threads, workers
from .threads import Threads

__all__ = ["Threads", "Workers", "n_threads", "workers"]
