"""Serve an AWS of moto's on a free loopback port until standard input ends.

usage: serve.py [COUNT]

COUNT resources are there from the beginning, none unless it is given. The address is printed as one line. Reading standard input to its end means that the server cannot outlive the
process that started it, however that one ends.
"""

import logging
import os
import sys

# Moto's own images would come with hundreds of snapshots in each region that no test asked for.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
# A certificate is issued a minute after it was asked for, unless told otherwise: between two scans that must be the same.
os.environ["MOTO_ACM_VALIDATION_WAIT"] = "86400"

import seed_many  # noqa: E402
from gaps import fill  # noqa: E402
from moto.core.config import default_user_config  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402


def main() -> None:
    default_user_config.update({"batch": {"use_docker": False}, "lambda": {"use_docker": False}})  # jobs and functions do not run
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    DomainDispatcherApplication.__call__ = fill(DomainDispatcherApplication.__call__)
    if len(sys.argv) > 1:
        seed_many.fill(int(sys.argv[1]))
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
