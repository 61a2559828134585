"""Which local ports does connect() take; may a port be bound, listened on or connected from while
a connection of it is in TIME_WAIT, with and without SO_REUSEADDR?"""

import errno
import socket
import time

from peer import ACK, FIN, KERNEL, PEER, SYN, Peer, listener, state_of, timestamps

peer = Peer()


def attempt(what, action):
    try:
        action()
        result = "yes"
    except OSError as error:
        result = errno.errorcode[error.errno]
    print("%-62s %s" % (what, result), flush=True)


def ports(remotes):
    found = []
    for remote, port in remotes:
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex((remote, port))
        found.append(sock.getsockname()[1])
        held.append(sock)
    return found


held = []
print("eight connections to one destination: %s" % ports([(PEER, 5000)] * 8))
print("eight to eight ports:                 %s" % ports((PEER, 5001 + i) for i in range(8)))
for sock in held:
    sock.close()
peer.all()


def bind(reuse, port, listen=False, connect=False):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
    sock.setblocking(False)
    if port:
        sock.bind((KERNEL, port))
    if listen:
        sock.listen()
    if connect:
        try:
            sock.connect((PEER, connect))
        except BlockingIOError:
            pass
    sock.close()


def time_wait(port, peer_port, reuse, stamped=False, bound=True):
    """An active connection of `port` that the kernel closes; unbound, it has no other choice."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
    if bound:
        sock.bind((KERNEL, port))
    sock.setblocking(False)
    sock.connect_ex((PEER, peer_port))
    peer.port = peer_port
    syn = peer.expect()
    options = timestamps(1000, syn.timestamps()[0], True) if stamped else b""
    peer.send(SYN | ACK, 0, 1, dport=port, options=options)
    ack = peer.expect()
    sock.close()
    peer.expect()
    options = timestamps(1000, ack.timestamps()[0]) if stamped else b""
    peer.send(FIN | ACK, 1, 2, dport=port, options=options)
    peer.expect()
    assert state_of(peer_port) == "TIME_WAIT"


for reuse in (0, 1):
    port = 4000 + reuse
    time_wait(port, 6000 + reuse, reuse)
    print("TIME_WAIT of a socket %s SO_REUSEADDR" % ("with" if reuse else "without"))
    for wish in (0, 1):
        word = "with" if wish else "without"
        attempt("  bind %s SO_REUSEADDR" % word, lambda: bind(wish, port))
        attempt("  bind and listen %s SO_REUSEADDR" % word, lambda: bind(wish, port, True))
        attempt("  bind and connect elsewhere %s SO_REUSEADDR" % word,
                lambda: bind(wish, port, connect=7000))
        attempt("  bind and connect to the same peer %s SO_REUSEADDR" % word,
                lambda: bind(wish, port, connect=6000 + reuse))
        peer.all(0.05)

print("a listener is there")
server = listener(4, 4500)
for wish in (0, 1):
    word = "with" if wish else "without"
    attempt("  bind %s SO_REUSEADDR" % word, lambda: bind(wish, 4500))
    attempt("  bind and listen %s SO_REUSEADDR" % word, lambda: bind(wish, 4500, True))

for mode in (2, 1):
    with open("/proc/sys/net/ipv4/tcp_tw_reuse", "w") as file:
        file.write(str(mode))
    for wait in (0.3, 1.2, 2.2):
        for bound in (True, False):
            port = 4600 + mode * 10 + int(wait) + (100 if bound else 0)
            with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as file:
                file.write("%d %d" % (port, port))
            time_wait(port, 6100 + port, 1, stamped=True, bound=bound)
            time.sleep(wait)
            attempt("tcp_tw_reuse %d, %.1f s later, connect over the same tuple, %s" %
                    (mode, wait, "port bound" if bound else "not bound"),
                    lambda: bind(1, port if bound else 0, connect=6100 + port))
            peer.all(0.05)
