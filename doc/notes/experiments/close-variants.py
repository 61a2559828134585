"""What does close() send: with unread data, with SO_LINGER of zero, before accept(), in SYN_SENT;
and what do data that arrive after close() get, and a listener's waiting connections when it is
closed?"""

import socket
import struct
import time

from peer import ACK, FIN, PEER, SYN, Peer, listener, state_of

peer = Peer()
server = listener()


def connect(port):
    peer.port = port
    peer.send(SYN, 0)
    peer.expect()
    peer.send(ACK, 1, 1)
    return server.accept()[0]


def show(what):
    print("%-58s %s, %s" % (what, [str(s) for s in peer.all()] or "nothing",
                            state_of(peer.port)), flush=True)


sock = connect(20001)
peer.send(ACK, 1, 1, payload=10)
peer.all()
sock.close()
show("close with 10 bytes unread:")

sock = connect(20002)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
sock.close()
show("close with SO_LINGER of zero:")

sock = connect(20003)
sock.close()
show("close:")
peer.send(ACK, 1, 1, payload=10)
show("  data arrive in FIN_WAIT1:")

sock = connect(20004)
sock.close()
peer.all()
peer.send(ACK, 1, 2)
peer.send(ACK, 1, 2, payload=10)
show("close, FIN acknowledged; data arrive in FIN_WAIT2:")

sock = connect(20005)
sock.close()
peer.all()
peer.send(ACK, 1, 2, payload=10)
show("close; data arrive with the ACK of the FIN:")

sock = connect(20006)
sock.close()
peer.all()
peer.send(FIN | ACK, 1, 2, payload=10)
show("close; data arrive with the ACK of the FIN and a FIN:")

sock = connect(20007)
sock.shutdown(socket.SHUT_RD)
peer.send(ACK, 1, 1, payload=10)
show("shutdown(SHUT_RD), then data arrive:")

peer.port = 20008
peer.send(SYN, 0)
peer.expect()
peer.send(ACK, 1, 1)
peer.port = 20009
peer.send(SYN, 0)
peer.expect()
server.close()
peer.port = 20008
show("the listener closes: a connection that waits for accept():")
peer.port = 20009
show("the listener closes: a half-open request:")
peer.send(ACK, 1, 1)
show("  its third segment:")

sock = socket.socket()
sock.setblocking(False)
sock.connect_ex((PEER, 20010))
peer.port = 20010
peer.all()
sock.close()
show("close in SYN_SENT:")
