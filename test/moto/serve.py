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

from functools import cache  # noqa: E402

import botocore.session  # noqa: E402
import moto.backends  # noqa: E402
import moto.core.responses  # noqa: E402
import moto.core.utils  # noqa: E402
import seed_many  # noqa: E402
from gaps import fill  # noqa: E402
from moto.core.config import default_user_config  # noqa: E402
from moto.emr.responses import ElasticMapReduceResponse  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402


def quicken() -> None:
    """Keep what moto finds out anew for each call: its folders (two thirds of a short call's time), the methods of a class, the services' models."""
    modules = list(moto.backends.list_of_moto_modules())
    moto.backends.list_of_moto_modules = lambda: modules
    moto.core.responses.method_names_from_class = cache(moto.core.utils.method_names_from_class)
    moto.core.utils.create_loader = cache(moto.core.utils.create_loader)
    botocore.session.create_loader = cache(botocore.session.create_loader)


def mend() -> None:
    """EMR's region is read from the host alone, which on this machine has none."""
    ElasticMapReduceResponse.get_region_from_url = moto.core.responses.BaseResponse.get_region_from_url


def main() -> None:
    mend()
    default_user_config.update({"batch": {"use_docker": False}, "lambda": {"use_docker": False}})  # jobs and functions do not run
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    DomainDispatcherApplication.__call__ = fill(DomainDispatcherApplication.__call__)
    if len(sys.argv) > 1:  # for measuring, which wants moto as it comes
        seed_many.fill(int(sys.argv[1]))
    else:
        quicken()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
