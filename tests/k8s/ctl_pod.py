#!/usr/bin/env python3
"""Prints a pod that runs prihvatctl with the importer's certificate: ctl_pod.py NAME SERVERS ARGUMENT..."""

import json
import sys


def main(name, servers, *arguments):
    environment = {
        "PRIHVAT_SERVER": servers,
        # `play` says with each step who acts.
        "PRIHVAT_PRINCIPAL": "organisations/iom/people/amra;roles=operation_manager,platform_auditor;operations=*",
        "PRIHVAT_TLS_CA": "/tls/ca.crt", "PRIHVAT_TLS_CERT": "/tls/tls.crt", "PRIHVAT_TLS_KEY": "/tls/tls.key",
    }
    container = {
        "name": "prihvatctl", "image": "localhost/prihvat/prihvatctl:0.1.0", "imagePullPolicy": "Never",
        "args": ["--timeout", "60", *arguments],
        "env": [{"name": key, "value": value} for key, value in environment.items()],
        "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                            "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": [{"name": name, "mountPath": f"/{name}"} for name in ("tls", "story", "load")],
    }
    pod = {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": "prihvatctl"}},
        "spec": {
            "restartPolicy": "Never", "automountServiceAccountToken": False, "enableServiceLinks": False,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "fsGroup": 10001,
                                "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container],
            "volumes": [{"name": "tls", "secret": {"secretName": "importer-tls"}},
                        {"name": "story", "configMap": {"name": "story"}},
                        {"name": "load", "configMap": {"name": "load"}}],
        },
    }
    print(json.dumps(pod))


if __name__ == "__main__":
    main(*sys.argv[1:])
