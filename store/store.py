"""The store: one connection, and what is kept in it by noun."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from weftmail.core.failure import UsageError
from weftmail.store import connection as connections
from weftmail.store.absence import Absences
from weftmail.store.activity import Activities
from weftmail.store.alias import Aliases
from weftmail.store.alias_list import AliasLists
from weftmail.store.alignment import Alignments
from weftmail.store.audit import AuditLog
from weftmail.store.blob import Blobs
from weftmail.store.company import Companies
from weftmail.store.confirmation import Confirmations
from weftmail.store.contact_card import ContactCards
from weftmail.store.contact_merge import ContactMerges
from weftmail.store.decider import Deciders
from weftmail.store.digest import Digests
from weftmail.store.dmarc_report import DmarcReports
from weftmail.store.dns import DnsLooks
from weftmail.store.domain import Domains
from weftmail.store.draft import Drafts
from weftmail.store.due import Agenda
from weftmail.store.erasure import Erasures
from weftmail.store.exemption import Exemptions
from weftmail.store.handed_over import HandedOvers
from weftmail.store.inbound import InboundLog
from weftmail.store.inbox import Inbox
from weftmail.store.inbox_list import InboxLists
from weftmail.store.layout import Layouts
from weftmail.store.line import Line
from weftmail.store.listing import Listings
from weftmail.store.log import MailLog
from weftmail.store.mail_import import MailImports
from weftmail.store.member import Members
from weftmail.store.message import Messages
from weftmail.store.migrate import latest, schema_number
from weftmail.store.move import Moves
from weftmail.store.note import Notes
from weftmail.store.organisation import Organisations
from weftmail.store.outbox import Outbox
from weftmail.store.outgoing_server import OutgoingServers
from weftmail.store.ownership import Ownership
from weftmail.store.people import Contacts, Users
from weftmail.store.quoted import QuotedMessages
from weftmail.store.read_state import ReadState
from weftmail.store.record import Records
from weftmail.store.record_list import RecordLists
from weftmail.store.record_type import RecordTypes
from weftmail.store.reference import References
from weftmail.store.retention import Retentions
from weftmail.store.saved_filter import SavedFilters
from weftmail.store.saved_reply import SavedReplies
from weftmail.store.search import Search
from weftmail.store.second_factor import SecondFactors
from weftmail.store.session import Sessions
from weftmail.store.setting import StoredSettings
from weftmail.store.signature import Signatures
from weftmail.store.snooze import Snoozes
from weftmail.store.suppression import Suppressions
from weftmail.store.tag import Tags
from weftmail.store.team import Teams
from weftmail.store.thread import Threads
from weftmail.store.turn import Turns
from weftmail.store.waiting import Waits
from weftmail.store.withdrawal import Withdrawals


class Store:
    """A store that is open; for one thread at a time."""

    def __init__(self, connection: connections.Connection) -> None:
        self.connection = connection
        self.companies = Companies(connection)
        self.digests = Digests(connection)
        self.domains = Domains(connection)
        self.dns = DnsLooks(connection)
        self.dmarc_reports = DmarcReports(connection)
        self.aliases = Aliases(connection, self.domains)
        self.alias_lists = AliasLists(connection)
        self.users = Users(connection)
        self.teams = Teams(connection)
        self.members = Members(connection)
        self.absences = Absences(connection)
        self.line = Line(connection)
        self.ownership = Ownership(connection)
        self.contacts = Contacts(connection)
        self.contact_cards = ContactCards(connection)
        self.contact_merges = ContactMerges(connection)
        self.organisations = Organisations(connection)
        self.records = Records(connection)
        self.record_types = RecordTypes(connection)
        self.record_lists = RecordLists(connection)
        self.read_state = ReadState(connection)
        self.activities = Activities(connection)
        self.waits = Waits(connection)
        self.snoozes = Snoozes(connection)
        self.tags = Tags(connection)
        self.search = Search(connection)
        self.saved_filters = SavedFilters(connection)
        self.saved_replies = SavedReplies(connection)
        self.messages = Messages(connection)
        self.quoted = QuotedMessages(connection)
        self.confirmations = Confirmations(connection)
        self.moves = Moves(connection)
        self.threads = Threads(connection)
        self.references = References(connection)
        self.inbox = Inbox(connection)
        self.inbox_lists = InboxLists(connection)
        self.blobs = Blobs(connection)
        self.inbound = InboundLog(connection, self.blobs)
        self.deciders = Deciders(connection)
        self.notes = Notes(connection)
        self.signatures = Signatures(connection)
        self.layouts = Layouts(connection)
        self.drafts = Drafts(connection)
        self._machinery(connection)

    def _machinery(self, connection: connections.Connection) -> None:
        """What runs beneath the conversations: the way out, sessions, settings, what is due, and the logs."""
        self.outbox = Outbox(connection)
        self.alignments = Alignments(connection)
        self.sessions = Sessions(connection)
        self.second_factors = SecondFactors(connection)
        self.settings = StoredSettings(connection)
        self.due = Agenda(connection)
        self.audit = AuditLog(connection)
        self.listings = Listings(connection)
        self.log = MailLog(connection)
        self.turns = Turns(connection)
        self.exemptions = Exemptions(connection)
        self.suppressions = Suppressions(connection)
        self.servers = OutgoingServers(connection)
        self.handed_over = HandedOvers(connection)
        self.withdrawals = Withdrawals(connection, self.blobs)
        self.mail_imports = MailImports(connection)
        self.erasures = Erasures(connection, self.blobs)
        self.retentions = Retentions(connection, self.erasures, self.withdrawals)

    @classmethod
    def open(cls, path: str | Path, *, readonly: bool = False) -> Store:
        """Open the store at ``path``.

        Raises UsageError where it is not there or is of another version, TempFail where it cannot be opened now.
        """
        if not Path(path).exists():
            raise UsageError(f"there is no store at {path}; make one: mail-admin init")
        store = cls(connections.connect(path, readonly=readonly))
        store.check_schema()
        return store

    def check_schema(self) -> None:
        """Raise UsageError where this version of weftmail does not fit the store."""
        found, wanted = schema_number(self.connection), latest()
        if found < wanted:
            raise UsageError(
                f"the store is at schema {found}, this version works with {wanted}; run: mail-admin migrate"
            )
        if found > wanted:
            raise UsageError(f"the store is at schema {found}, this version knows {wanted}; install the newer weftmail")

    def transaction(self) -> AbstractContextManager[None]:
        """A write transaction; inside another one, a savepoint."""
        return connections.transaction(self.connection)

    def savepoint(self) -> AbstractContextManager[None]:
        """A block that can be undone alone, inside a transaction."""
        return connections.savepoint(self.connection)

    def snapshot(self) -> AbstractContextManager[None]:
        """A block whose reads all see the same state of the store, and which makes no writer wait."""
        return connections.snapshot(self.connection)

    def one_sync(self) -> AbstractContextManager[None]:
        """A block whose commits survive the death of this program at once, and a power failure from its end on."""
        return self.connection.one_sync()

    def data_version(self) -> int:
        """A number that changes when another connection has committed something."""
        return self.connection.data_version()

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
