#!/usr/bin/env python3
"""Far too many callers, for some time: overload.py ADDRESS TLS-NAME CA CERT KEY SECONDS.

First USUAL callers, whom it serves well; then TOO_MANY that ask without a pause, and HUGE that send LARGE bytes each,
which the server has to hold before it can refuse them; then the usual ones again. Prints what they were told, and ends
with 1 where a call was answered otherwise, where it was not ten times too much, or where the usual callers are not
served afterwards. Needs the tests' Python environment.
"""

import asyncio
import collections
import pathlib
import sys
import time
import uuid

import grpc

METHOD = "/prihvat.procurement.v1.ProcurementService/RegisterSupplier"
PRINCIPAL = "organisations/iom/people/p{};roles=operation_manager;operations=*"
USUAL, TOO_MANY, HUGE = 4, 300, 60
LARGE = 7 << 20
LINES = 12
MEASURED_S = 10


def field(number, content):
    """A length-delimited field of protobuf's wire format."""
    size, head = len(content), bytearray([number << 3 | 2])
    while size > 127:
        head.append(size & 127 | 128)
        size >>= 7
    return bytes(head) + bytes([size]) + content


def request(name):
    """A RegisterSupplierRequest: parent, supplier_id, supplier {display_name, country_code}, request_id."""
    supplier = field(2, name) + field(3, b"BA")
    return b"".join([field(1, b"operations/load"), field(2, f"o-{uuid.uuid4().hex[:24]}".encode()), field(3, supplier),
                     field(4, str(uuid.uuid4()).encode())])


class Callers:
    def __init__(self, arguments):
        address, name, authority, certificate, key, _ = arguments
        read = [pathlib.Path(path).read_bytes() for path in (authority, key, certificate)]
        self.channels = [grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(*read), options=[
            ("grpc.ssl_target_name_override", name), ("grpc.use_local_subchannel_pool", 1)]) for _ in range(LINES)]
        self.calls = [channel.unary_unary(METHOD) for channel in self.channels]
        self.told = collections.Counter()

    async def call_on(self, caller, until, content):
        call = self.calls[caller % LINES]
        metadata = (("x-prihvat-principal", PRINCIPAL.format(caller)),)
        while time.monotonic() < until:
            try:
                await call(request(content), metadata=metadata, timeout=60)
                self.told["served"] += 1
            except grpc.aio.AioRpcError as error:
                details = {key: value for key, value in error.trailing_metadata() or ()}
                waits = b"google.rpc.RetryInfo" in details.get("grpc-status-details-bin", b"")
                code = error.code().name
                # gRPC itself, whose memory for messages is full: it drops what it has not read yet.
                full = not details and code in ("RESOURCE_EXHAUSTED", "UNAVAILABLE")
                self.told["dropped" if full else code if waits or code == "INVALID_ARGUMENT" else f"{code}!"] += 1

    async def run(self, callers, seconds, huge=0):
        """What they were told, and how many a second asked for something that can be done."""
        self.told.clear()
        begun = time.monotonic()
        await asyncio.gather(*[self.call_on(i, begun + seconds, b"Primjer") for i in range(callers)],
                             *[self.call_on(i, begun + seconds, b"x" * LARGE) for i in range(huge)])
        return dict(self.told), time.monotonic() - begun


async def main(arguments):
    callers = Callers(arguments)
    before, took = await callers.run(USUAL, MEASURED_S)
    print(f"{USUAL} callers: {before.get('served', 0) / took:.0f} commands a second")
    told, took = await callers.run(TOO_MANY, float(arguments[-1]), HUGE)
    served, refused, wrong, dropped = (told.pop(name, 0) for name in
                                       ("served", "RESOURCE_EXHAUSTED", "INVALID_ARGUMENT", "dropped"))
    asked = (served + refused) / max(served, 1)
    print(f"{TOO_MANY} callers, and {HUGE} with {LARGE >> 20} MiB each, for {took:.0f} s: {served} commands done, "
          f"{refused} told to come back later ({asked:.1f} times what could be done), {wrong} told that it is no name, "
          f"{dropped} dropped because the memory for messages was full")
    after, took = await callers.run(USUAL, MEASURED_S)
    print(f"{USUAL} callers: {after.get('served', 0) / took:.0f} commands a second")
    for what, bad in (("neither done nor told to come back", told), ("it was not ten times too much", asked < 10),
                      ("it did nothing", not served), ("more was dropped than told", dropped > refused),
                      ("not served afterwards", not after.get("served"))):
        if bad:
            sys.exit(f"overload: {what}: {told or after}")


if __name__ == "__main__":
    if len(sys.argv) != 7:
        sys.exit(__doc__)
    asyncio.run(main(sys.argv[1:]))
