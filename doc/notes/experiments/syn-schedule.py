"""When is a SYN sent again to a peer that never answers, and when does connect() fail?"""

import errno
import time

from peer import PEER, Peer
import socket

peer = Peer()
start = time.monotonic()
sock = socket.socket()
sock.setblocking(False)
sock.connect_ex((PEER, 5000))
while sock.getsockopt(socket.SOL_TCP, 11, 1)[0] == 2:  # TCP_INFO: SYN_SENT
    segment = peer.receive(0.5)
    if segment:
        print("%8.2f s  %s" % (segment.when, segment), flush=True)
error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
print("%8.2f s  connect: %s" % (time.monotonic() - start, errno.errorcode[error]))
