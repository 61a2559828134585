"""What does a keepalive probe look like, when is one sent, and how does it end?

A peer that does not answer, one that answers, one that has data of ours unacknowledged, and one
with which TCP_USER_TIMEOUT is set. Idle 2 s, interval 1 s, 3 probes.
"""

import errno
import socket
import time

from peer import ACK, SYN, Peer, listener, state_of


def connection(peer, server, port, user_timeout=0):
    peer.port = port
    peer.send(SYN, 0)
    peer.expect()
    peer.send(ACK, 1, 1)
    sock, _ = server.accept()
    held.append(sock)  # closing would send a FIN
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in ((socket.TCP_KEEPIDLE, 2), (socket.TCP_KEEPINTVL, 1),
                          (socket.TCP_KEEPCNT, 3), (socket.TCP_USER_TIMEOUT, user_timeout)):
        sock.setsockopt(socket.IPPROTO_TCP, option, value)
    return sock


def watch(peer, sock, seconds, answer=False):
    start = time.monotonic()
    while time.monotonic() < start + seconds and state_of(peer.port) != "CLOSED":
        segment = peer.receive(0.1)
        if segment and segment.dport == peer.port:
            print("%8.2f s  %s" % (time.monotonic() - start, segment), flush=True)
            if answer and segment.seq == 0:
                peer.send(ACK, 1, 1)
    error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    print("%8.2f s  %s, error %s" % (time.monotonic() - start, state_of(peer.port),
                                     errno.errorcode.get(error, "none")))


held = []
peer = Peer()
server = listener()
print("the peer is silent")
watch(peer, connection(peer, server, 20001), 10)
print("the peer answers")
watch(peer, connection(peer, server, 20002), 9, answer=True)
print("10 bytes are never acknowledged")
sock = connection(peer, server, 20003)
sock.send(b"x" * 10)
watch(peer, sock, 12)
print("the peer is silent, TCP_USER_TIMEOUT is 2.5 s")
watch(peer, connection(peer, server, 20004, 2500), 10)
print("10 bytes are never acknowledged, TCP_USER_TIMEOUT is 2.5 s")
sock = connection(peer, server, 20005, 2500)
sock.send(b"x" * 10)
watch(peer, sock, 12)
