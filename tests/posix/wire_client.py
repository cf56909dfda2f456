#!/usr/bin/env python3
"""A client of broadcast slots that knows docs/wire-format.md and nothing else.

    wire_client.py send PORT INTERFACE DOMAIN SLOT TEXT [KEY]
    wire_client.py hear PORT INTERFACE DOMAIN SLOT COUNT [KEY]

INTERFACE is an IPv4 address of this machine. `hear` prints `ready`, then one line a message.
"""

import hashlib
import hmac
import os
import socket
import struct
import sys
import time

GROUP = "239.255.73.83"
FIXED = struct.Struct(">4sBBHQQQQHHH")
AUTHENTICATED, DIRECTED = 1, 2


def pack(domain, slot, payload, sequence, sender, host, key):
    destination, name = domain.upper().encode(), slot.upper().encode()
    flags = AUTHENTICATED if key else 0
    head = FIXED.pack(b"ISTH", 1, flags, FIXED.size + len(destination) + len(name), host, sender,
                      sequence, int(time.time() * 1000), len(destination), len(name), len(payload))
    data = head + destination + name + payload
    return data + hmac.digest(key, data, hashlib.sha256) if key else data


def unpack(data, key):
    """Destination, slot, sender, sequence number and payload; None if it is no datagram for us."""
    if not FIXED.size <= len(data) <= 1452:
        return None
    magic, version, flags, header, _, sender, sequence, stamp, d, s, p = FIXED.unpack_from(data)
    if magic != b"ISTH" or version != 1 or flags & ~3 or header != FIXED.size + d + s:
        return None
    if len(data) != header + p + (32 if flags & AUTHENTICATED else 0):
        return None
    if bool(key) != bool(flags & AUTHENTICATED):
        return None
    if key:
        if not hmac.compare_digest(hmac.digest(key, data[:-32], hashlib.sha256), data[-32:]):
            return None
        if abs(time.time() * 1000 - stamp) > 30000:
            return None
    destination = data[FIXED.size:FIXED.size + d].decode()
    slot = data[FIXED.size + d:header].decode()
    return destination, slot, sender, sequence, data[header:header + p]


def send(port, interface, domain, slot, text, key):
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
    sender, host = struct.unpack(">QQ", os.urandom(16))
    for sequence, message in enumerate(text.split("|")):
        data = pack(domain, slot, message.encode(), sequence, sender, host, key)
        out.sendto(data, (GROUP, port))


def hear(port, interface, domain, slot, count, key):
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    ear.bind(("", port))
    ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                   socket.inet_aton(GROUP) + socket.inet_aton(interface))
    print("ready", flush=True)
    seen = set()
    while len(seen) < count:
        found = unpack(ear.recv(2048), key)
        if not found or found[:2] != (domain.upper(), slot.upper()) or found[2:4] in seen:
            continue
        seen.add(found[2:4])
        print(found[4].decode(), flush=True)


def main():
    action, port, interface, domain, slot, what = sys.argv[1:7]
    key = sys.argv[7].encode() if len(sys.argv) > 7 else b""
    if action == "send":
        send(int(port), interface, domain, slot, what, key)
    else:
        hear(int(port), interface, domain, slot, int(what), key)


main()
