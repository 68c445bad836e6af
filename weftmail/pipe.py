"""What ``bin/mail-ingest`` does: one message from the mail server on standard input into safe hands (RFC 2033).

It stands alone, on built-in modules, because the start of an interpreter is most of what it costs.  A message goes to
the listener by LMTP or, where none runs, into a file in incoming/, which a drain files later.  Whatever is raised here
ends with status 75 in the frame that called, as does a signal; nothing is printed here.
"""

import _signal
import _socket
import posix
import sys
import time

STATE = "/var/lib/weftmail"
GREETING, READ_TIMEOUT, WATCHDOG = 2, 30, 60  # Seconds; weftmail/core/limits.py says how they fit together.
PIECE = 65536
REPLIES = 2048
FIELDS = ("recipient", "sender", "original_recipient", "queue_id", "client_address")
ENVIRONMENT = "--environment"
SAID_BY_EXIM = {
    "recipient": b"RECIPIENT",
    "sender": b"SENDER",
    "queue-id": b"MESSAGE_ID",
    "client-address": b"CLIENT_ADDRESS",
}
PASSED_ON = {"--listen", "--explain", "--drain", "--help", "-h"}


class Absent(Exception):
    """No listener is there, or it went away before it was given a byte of the message."""


def environment(folder):
    """Return the Python of the environment that this program belongs to: beside it, else in .venv."""
    for name in ("/python", "/python3", "/../.venv/bin/python"):
        if posix.access(folder + name, 1):
            return folder + name
    raise FileNotFoundError("no python of the environment beside mail-ingest in " + folder)


def options(words):
    """Return the state folder and the envelope as bytes; raise ValueError for what is no option of ours."""
    given = {}
    if ENVIRONMENT in words:
        words = [*surroundings(), *(word for word in words if word != ENVIRONMENT)]
    for word in words:
        name, equals, value = word.partition("=")
        key = name[2:].replace("-", "_")
        if not equals or not name.startswith("--") or key in given or key not in ("state", *FIELDS):
            raise ValueError("not understood, or given twice: " + name)
        given[key] = value
    state = given.pop("state", STATE)
    controls = bytes([*range(32), 127])
    encoding = sys.getfilesystemencoding()
    # No line end can get into the conversation or into the first line of a file, and none is too long for either.
    envelope = {k: v.encode(encoding, "surrogateescape").translate(None, controls)[:1000] for k, v in given.items()}
    if not envelope.get("recipient"):
        raise ValueError("--recipient=ADDR is missing")
    if envelope.get("sender") in (b"MAILER-DAEMON", b"<>"):
        envelope["sender"] = b""  # Postfix writes the null sender so, unless null_sender= is set.
    return state, envelope


def surroundings():
    """Yield the envelope as options, as Exim says it: it lets no stranger's word into a command line."""
    encoding = sys.getfilesystemencoding()
    for name in ("recipient", "sender", "queue-id", "client-address"):
        value = posix.environ.get(SAID_BY_EXIM[name])
        if value is not None:
            yield "--%s=%s" % (name, value.decode(encoding, "surrogateescape"))


def message():
    """Yield the message in pieces, with a line end after its last line; raise where it may have been cut off."""
    parent, last = posix.getppid(), b"\n"
    while piece := posix.read(0, PIECE):
        yield piece
        last = piece
    if not last.endswith(b"\n"):
        yield b"\n"
    # When the mail server's process is killed, its pipe ends too; half a message would then look like a whole one.
    if posix.fstat(0).st_mode & 0o170000 == 0o010000 and (posix.getppid() != parent or dying(parent)):
        raise EOFError("the mail server's process has died")


def dying(process):
    """Say whether a process is about to end: Linux marks it so (PF_EXITING) before it closes what it had open."""
    try:
        file = posix.open("/proc/%d/stat" % process, posix.O_RDONLY | posix.O_CLOEXEC)
        fields = posix.read(file, 4096).rpartition(b")")[2].split()
        posix.close(file)
        return int(fields[6]) & 4 != 0
    except (OSError, ValueError, IndexError):
        return False  # Other people's processes may be hidden; the change of parent is seen all the same.


def encode(value, mark):
    """Return ``value`` with each byte that has a meaning of its own written as two digits after ``mark``."""
    return b"".join(b"%c" % b if 33 <= b < 127 and b not in b"+=%" else b"%s%02X" % (mark, b) for b in value)


def path(address):
    """Return ``address`` as LMTP writes it; a local part with anything unusual in it is quoted (RFC 5321, 4.1.2)."""
    local, at, domain = address.rpartition(b"@")
    if any(b in b' "\\<>()[],:;@' for b in local):
        local = b'"' + local.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return b"<" + local + at + domain + b">"


def connect(state):
    """Return a connection to the listener, the iterator over its replies, and its greeting; raise Absent where there
    is none."""
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    connection.settimeout(GREETING)
    answers = replies(connection)
    try:
        connection.connect(state + "/listener.sock")
        code, lines = next(answers)
        if code != b"220":
            raise Absent
    except OSError:
        raise Absent from None
    connection.settimeout(READ_TIMEOUT)
    return connection, answers, lines[0]


def replies(connection):
    """Yield each reply as its code and its text; raise Absent where the listener goes away."""
    lines, rest = [], b""
    while True:
        while b"\n" not in rest:
            piece = connection.recv(REPLIES)
            if not piece:
                raise Absent
            rest += piece
        line, _, rest = rest.partition(b"\n")
        lines.append(line[4:].strip())
        if line[3:4] != b"-":
            if line[:3] == b"421":
                raise Absent
            yield line[:3], lines
            lines = []


def expect(code, answers):
    """Take the next reply; raise ConnectionError where its code is another one."""
    got, lines = next(answers)
    if got != code:
        raise ConnectionError("the listener said %r %r" % (got, lines))
    return lines


def transaction(envelope, forwards):
    """Return the commands from XFORWARD, where that is offered, to DATA, with an empty one behind them."""
    known = ((b"ADDR=", envelope.get("client_address")), (b"IDENT=", envelope.get("queue_id")))
    words = [name + encode(value, b"+") for name, value in known if value]
    commands = [b"XFORWARD " + b" ".join(words)] if words and forwards else []
    sender, recipient = envelope.get("sender", b""), envelope["recipient"]
    # No SIZE: the mail server has already taken this message, and a refusal now could only become a bounce.
    mail = b"MAIL FROM:" + (path(sender) if sender else b"<>") + b" BODY=8BITMIME"
    mail += b"" if (sender + recipient).isascii() else b" SMTPUTF8"
    rcpt = b"RCPT TO:" + path(recipient)
    if envelope.get("original_recipient"):
        # Our listener knows this parameter although it does not offer DSN, whose other duties it does not have.
        rcpt += b" ORCPT=rfc822;" + encode(envelope["original_recipient"], b"+")
    return [*commands, mail, rcpt, b"DATA", b""]


def hand_over(state, envelope):
    """Give the message to the listener; return once it has said that the message is kept."""
    connection, answers, greeting = connect(state)
    try:
        # The name tells the listener which entrance this is.
        hello = b"LHLO mail-ingest\r\n"
        # Each wait for a reply is a switch to the listener and back, so our own says in its greeting what it offers.
        eager = greeting.endswith(b" PIPELINING XFORWARD")
        if not eager:
            connection.sendall(hello)
            offers, hello = expect(b"250", answers), b""
        forwards = eager or any(o.startswith(b"XFORWARD ") for o in offers)
        commands = transaction(envelope, forwards)
        connection.sendall(hello + b"\r\n".join(commands))
        if eager:
            expect(b"250", answers)
        for _ in commands[2:]:
            expect(b"250", answers)
        expect(b"354", answers)
    except (BrokenPipeError, ConnectionResetError):
        raise Absent from None
    try:
        held, fresh = b"", True  # Fresh is the start of a line, where a dot is doubled.
        for piece in message():
            if held:
                connection.sendall(held)
            held = b"." + piece if fresh and piece.startswith(b".") else piece
            held = held.replace(b"\n.", b"\n..").replace(b"\n", b"\r\n")
            fresh = piece.endswith(b"\n")
        connection.sendall(held + b".\r\n")
        expect(b"250", answers)
    except Absent:  # Nobody can say now whether it has the message: the mail server is to try again.
        raise ConnectionError("the listener went away") from None


def spool(state, envelope):
    """Write the message to a file in incoming/ and make it durable: the envelope as first line, then the bytes."""
    folder = state + "/incoming/"
    # The names sort by arrival; a name with a dot in front is not complete.
    name = "%020d.%d.%s" % (time.time_ns(), posix.getpid(), posix.urandom(8).hex())
    file = posix.open(folder + "." + name, posix.O_CREAT | posix.O_EXCL | posix.O_WRONLY | posix.O_CLOEXEC, 0o600)
    try:
        head = [key.encode() + b"=" + encode(envelope[key], b"%") for key in FIELDS if key in envelope]
        write(file, b" ".join(head) + b"\n")
        for piece in message():
            write(file, piece)
        posix.fsync(file)
        posix.rename(folder + "." + name, folder + name)
    except BaseException:
        # A stop as well leaves no half of a mail behind; it is raised again.
        posix.unlink(folder + "." + name)
        raise
    directory = posix.open(folder, posix.O_RDONLY | posix.O_CLOEXEC)
    posix.fsync(directory)


def write(file, piece):
    """Write the whole piece."""
    while piece:
        piece = piece[posix.write(file, piece) :]


def start_drain(state, folder):
    """Start a drain where nobody settles; the mail server neither waits for it nor can kill it.

    The drain inherits the lock, already taken, as its standard input: so a burst of messages starts one, not fifty.
    """
    import fcntl

    lock = posix.open(state + "/settle.lock", posix.O_CREAT | posix.O_RDWR | posix.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    command = [environment(folder), "-Im", "weftmail.cli.ingest", "--drain", "--state=" + state]
    if posix.fork():
        return
    posix.setsid()
    if posix.fork():
        posix._exit(0)
    posix.dup2(lock, 0)
    quiet = posix.open("/dev/null", posix.O_WRONLY | posix.O_CLOEXEC)
    posix.dup2(quiet, 1)
    posix.dup2(quiet, 2)
    # What else the mail server left open would be kept from closing.
    for number in map(int, posix.listdir("/proc/self/fd")):
        if number > 2:
            try:
                posix.set_inheritable(number, False)
            except OSError:
                pass
    posix.execv(command[0], command)


def say_where_it_went(state, folder, recipient, began):
    """Where a person looks on, or in the demo, go on as the program that says where the message went.

    A mail server's pipe has no terminal, and an installation no file of this name: what is printed might be read by the
    sender there.
    """
    if posix.isatty(2) or posix.access(state + "/demo-run", 0):
        python = environment(folder)
        _signal.alarm(0)
        for number in (_signal.SIGTERM, _signal.SIGINT, _signal.SIGHUP):
            _signal.signal(number, _signal.SIG_DFL)
        posix.execv(
            python,
            [
                python,
                "-Im",
                "weftmail.cli.ingest",
                "--fate",
                "--state=" + state,
                "--since=%d" % (began // 10**6),
                b"--recipient=" + recipient,
            ],
        )


def become_owner(state):
    """As root, become whoever owns the state folder: files of root's in it would lock the other programs out."""
    if posix.geteuid() == 0:
        found = posix.stat(state)
        posix.setgroups([found.st_gid])
        posix.setgid(found.st_gid)
        posix.setuid(found.st_uid)


def check_there(state):
    """Raise with what to type where there is no state folder: whoever tries this by hand has left --state out."""
    try:
        posix.stat(state)
    except FileNotFoundError:
        raise FileNotFoundError("there is no state folder " + state + "; say where it is: --state=DIR") from None


def main(argv, folder, give_up):
    """Do what the options say; return when the message is in safe hands.

    ``folder`` is where the program lies, links followed; ``give_up`` ends it with 75.
    """
    if not PASSED_ON.isdisjoint(word.partition("=")[0] for word in argv[1:]):
        python = environment(folder)
        posix.execv(python, [python, "-Im", "weftmail.cli.ingest", *argv[1:]])
    for number in (_signal.SIGALRM, _signal.SIGTERM, _signal.SIGINT, _signal.SIGHUP):
        _signal.signal(number, give_up)
    _signal.alarm(WATCHDOG)
    posix.fstat(0)  # Raises where standard input is closed: else the next file opened would be read as the message.
    while posix.open("/dev/null", posix.O_RDWR | posix.O_CLOEXEC) < 2:
        pass  # Likewise nothing that we open may become the standard output.
    began = time.time_ns()
    state, envelope = options(argv[1:])
    check_there(state)
    become_owner(state)
    try:
        hand_over(state, envelope)
    except Absent:
        spool(state, envelope)
        try:
            start_drain(state, folder)
        except OSError:
            pass  # The lock is taken, or no process could be started: the message is safe, and others look there too.
    try:
        say_where_it_went(state, folder, envelope["recipient"], began)
    except OSError:
        pass  # The message is safe all the same.
