"""names.py, the test cluster's DNS: what it answers to which question."""

import socket
import struct
import unittest

import names


class Cluster(names.Cluster):
    """With an API server that knows one service, a headless one, and one pod behind it."""

    def __init__(self):
        pass  # no server is asked: get() answers

    def get(self, path):
        if "endpointslices" in path:
            return {"items": [{"endpoints": [{"addresses": ["10.244.10.7"], "hostname": "prihvat-0"}]}]}
        return {"/api/v1/namespaces/aid/services/prihvat": {"spec": {"clusterIP": "10.96.3.4"}},
                "/api/v1/namespaces/aid/services/headless": {"spec": {"clusterIP": "None"}}}.get(path)


def ask(name, kind=names.TYPE_A):
    packet = struct.pack("!HHHHHH", 7, 0x0100, 1, 0, 0, 0)
    packet += b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    packet += struct.pack("!HH", kind, 1)
    told = names.answer(packet, Cluster())
    identifier, flags, _, count = struct.unpack_from("!HHHH", told)
    assert identifier == 7
    return flags & 15, [socket.inet_ntoa(told[-4:])] if count else []


class Names(unittest.TestCase):
    def test_a_service_and_a_pod_are_told(self):
        self.assertEqual(ask("prihvat.aid.svc.cluster.local"), (names.NO_ERROR, ["10.96.3.4"]))
        self.assertEqual(ask("Headless.aid.svc.cluster.local"), (names.NO_ERROR, ["10.244.10.7"]))
        self.assertEqual(ask("prihvat-0.headless.aid.svc.cluster.local"), (names.NO_ERROR, ["10.244.10.7"]))

    def test_an_address_of_another_kind_is_none_but_the_name_is_there(self):
        self.assertEqual(ask("prihvat.aid.svc.cluster.local", kind=28), (names.NO_ERROR, []))

    def test_what_is_not_there_is_said_not_to_be(self):
        for name in ("other.aid.svc.cluster.local", "prihvat-1.headless.aid.svc.cluster.local", "example.org",
                     "prihvat.aid.svc.cluster.local.aid.svc.cluster.local"):
            self.assertEqual(ask(name), (names.NOT_THERE, []), name)


if __name__ == "__main__":
    unittest.main()
