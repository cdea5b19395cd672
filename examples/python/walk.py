"""A walk through Prihvat's API with Python's ordinary tools; see ../README.md.

    walk.py SERVER OPERATION      walk.py 127.0.0.1:8443 operations/py

OPERATION must not be there yet. Prints one line a step, the same in every language. With PRIHVAT_TLS_CA,
PRIHVAT_TLS_CERT and PRIHVAT_TLS_KEY (PEM files) it calls as the certificate says; without, a development server.
"""

import os
import pathlib
import sys
import uuid

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from prihvat.admin.v1 import service_pb2 as admin
from prihvat.admin.v1 import service_pb2_grpc as admin_grpc
from prihvat.procurement.v1 import resources_pb2 as resources
from prihvat.procurement.v1 import service_pb2 as procurement
from prihvat.procurement.v1 import service_pb2_grpc as procurement_grpc

TIMEOUT = 30  # seconds; every call has a deadline


def connect(server):
    """Who we are is what our certificate says. Without one, nothing is encrypted."""
    if "PRIHVAT_TLS_CA" not in os.environ:
        return grpc.insecure_channel(server)
    authority, certificate, key = (
        pathlib.Path(os.environ["PRIHVAT_TLS_" + part]).read_bytes() for part in ("CA", "CERT", "KEY")
    )
    return grpc.secure_channel(server, grpc.ssl_channel_credentials(authority, key, certificate))


def metadata(operation):
    """A development server believes who we say we are; any other knows it from the certificate."""
    if "PRIHVAT_TLS_CA" in os.environ:
        return []
    return [("x-prihvat-principal", f"organisations/iom/people/example;roles=operation_manager;operations={operation}")]


def register(stub, operation, supplier_id, country, request_id=None):
    """Registers a supplier; a caller that keeps its request id may send the request again."""
    return stub.RegisterSupplier(
        procurement.RegisterSupplierRequest(
            parent=operation,
            supplier_id=supplier_id,
            supplier=resources.Supplier(display_name=f"Supplier {supplier_id}", country_code=country),
            request_id=request_id or str(uuid.uuid4()),
        ),
        metadata=metadata(operation),
        timeout=TIMEOUT,
    )


def create_and_retry(stub, operation):
    stub.CreateOperation(
        procurement.CreateOperationRequest(
            name=operation, display_name="Example", time_zone="Europe/Sarajevo", request_id=str(uuid.uuid4())
        ),
        metadata=metadata(operation),
        timeout=TIMEOUT,
    )
    request_id = str(uuid.uuid4())
    first = register(stub, operation, "s-1", "BA", request_id)
    again = register(stub, operation, "s-1", "BA", request_id)  # as after a lost answer: one effect
    print("created", first.name)
    print("repeated", again.name, "the same" if again == first else "another")
    for supplier_id in ("s-2", "s-3"):
        register(stub, operation, supplier_id, "DE")


def page_through(stub, operation):
    token = ""
    while True:
        page = stub.ListSuppliers(
            procurement.ListSuppliersRequest(parent=operation, page_size=2, page_token=token),
            metadata=metadata(operation),
            timeout=TIMEOUT,
        )
        print("page", *[supplier.name.rsplit("/", 1)[1] for supplier in page.suppliers])
        token = page.next_page_token
        if not token:
            return


def read_an_error(stub, operation):
    try:
        register(stub, operation, "s-4", "Bosnia")
    except grpc.RpcError as error:
        status = rpc_status.from_call(error)
        print("refused", error.code().name, *sorted(described(status)))


def described(status):
    """The reason, and the fields that are named."""
    for detail in status.details:
        info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info):
            yield info.reason
        elif detail.Unpack(bad):
            for violation in bad.field_violations:
                yield violation.field


def watch(channel, operation):
    """Follows the feed, loses the connection, and goes on where it was."""
    feed = admin_grpc.ChangeFeedServiceStub(channel)
    taken = take(feed, operation, 2, "")
    print("watched", len(taken))
    more = take(feed, operation, 2, taken[-1].resume_token)
    gap = more[0].change.previous_position != taken[-1].change.position
    print("resumed", len(more), "a gap" if gap else "no gap")


def take(feed, operation, count, resume_token):
    stream = feed.Watch(
        admin.WatchRequest(operation=operation, service="procurement", resume_token=resume_token),
        metadata=metadata(operation),
        timeout=TIMEOUT,
    )
    changes = []
    for message in stream:
        if message.HasField("change"):  # else a heartbeat
            changes.append(message)
        if len(changes) == count:
            stream.cancel()
            return changes
    raise SystemExit("the feed ended")


def main(server, operation):
    with connect(server) as channel:
        stub = procurement_grpc.ProcurementServiceStub(channel)
        create_and_retry(stub, operation)
        page_through(stub, operation)
        read_an_error(stub, operation)
        watch(channel, operation)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(sys.argv[1], sys.argv[2])
