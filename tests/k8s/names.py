#!/usr/bin/env python3
"""Names of services and pods in the test's cluster, over DNS (UDP), as its API server knows them: names.py IP URL PKI

Answers A queries for SERVICE.NAMESPACE.svc.cluster.local and POD.SERVICE.NAMESPACE.svc.cluster.local, and says of all
else that it is not there. It stands for CoreDNS, which takes longer to build than everything that is tested here.
"""

import json
import socket
import ssl
import struct
import sys
import threading
import urllib.error
import urllib.request

DOMAIN = ("svc", "cluster", "local")
NO_ERROR, SERVER_FAILURE, NOT_THERE = 0, 2, 3
TYPE_A, SECONDS_TO_LIVE = 1, 1


class Cluster:
    """What the API server says of services and of the pods behind them."""

    def __init__(self, server, pki):
        context = ssl.create_default_context(cafile=f"{pki}/ca.crt")
        context.load_cert_chain(f"{pki}/admin.crt", f"{pki}/admin.key")
        self.server = server
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                                  urllib.request.HTTPSHandler(context=context))

    def get(self, path):
        """None where it is not there."""
        try:
            with self.opener.open(self.server + path, timeout=5) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def endpoints(self, namespace, service):
        slices = self.get(f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"
                          f"?labelSelector=kubernetes.io%2Fservice-name%3D{service}")
        for item in slices["items"]:
            yield from item.get("endpoints") or []

    def addresses(self, name):
        """Of the name's labels: its addresses, or None where there is no such name."""
        if len(name) not in (5, 6) or tuple(name[-3:]) != DOMAIN:
            return None
        service, namespace = name[-5], name[-4]
        found = self.get(f"/api/v1/namespaces/{namespace}/services/{service}")
        if found is None:
            return None
        if len(name) == 5 and found["spec"]["clusterIP"] != "None":
            return [found["spec"]["clusterIP"]]
        listed = [endpoint["addresses"][0] for endpoint in self.endpoints(namespace, service)
                  if len(name) == 5 or endpoint.get("hostname") == name[0]]
        return listed or None


def question(packet):
    """The labels, the type, and where the question ends."""
    labels, at = [], 12
    while packet[at] != 0:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode("ascii").lower())
        at += packet[at] + 1
    return labels, struct.unpack_from("!H", packet, at + 1)[0], at + 5


def answer(packet, cluster):
    labels, kind, end = question(packet)
    try:
        addresses = cluster.addresses(labels)
        code = NO_ERROR if addresses else NOT_THERE
    except (OSError, KeyError, ValueError):
        addresses, code = None, SERVER_FAILURE
    shown = addresses if addresses and kind == TYPE_A else []
    header = packet[:2] + struct.pack("!HHHHH", 0x8580 | code, 1, len(shown), 0, 0)
    records = b"".join(struct.pack("!HHHIH", 0xC00C, TYPE_A, 1, SECONDS_TO_LIVE, 4) + socket.inet_aton(address)
                       for address in shown)
    return header + packet[12:end] + records


def main(ip, server, pki):
    cluster = Cluster(server, pki)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind((ip, 53))

        def serve(packet, peer):
            listener.sendto(answer(packet, cluster), peer)
        while True:
            packet, peer = listener.recvfrom(512)
            if len(packet) > 16:
                threading.Thread(target=serve, args=(packet, peer), daemon=True).start()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
