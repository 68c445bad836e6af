"""Figures for Prometheus: read back by its own parser, answered on loopback alone, all of them described."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.unit.shell import Shell
from tests.unit.world import World
from weftmail.cli import metrics
from weftmail.cli.config import Config
from weftmail.core.failure import UsageError

DOCS = Path(__file__).parents[3] / "docs"


def figures(text: str) -> dict[str, float]:
    """Return each figure by its name and labels."""
    return {
        f"{one.name}{''.join(f' {value}' for value in one.labels.values())}": one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def test_they_say_what_status_says(shell: Shell, world: World) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    world.deliver(world.mail(), "leads@acme.example")
    world.store.connection.execute("update inbound set state = 'error' where id = 2")
    (shell.folder / "backups").mkdir(mode=0o700)
    shell.ok("backup", "create")
    found = figures(shell.ok("metrics"))
    assert found["weftmail_store_up"] == 1 and found["weftmail_accepted_total"] == 2
    assert found["weftmail_came filed"] == 1 and found["weftmail_came errors"] == 1
    assert found["weftmail_review error"] == 1 and found["weftmail_review held"] == 0
    assert found["weftmail_up listener"] == found["weftmail_up sender"] == 0
    assert found["weftmail_state broken"] == 1 and found["weftmail_state good"] == 0
    assert found["weftmail_paused"] == 0 and found["weftmail_disk_free_bytes"] > 0
    assert 0 <= found["weftmail_backup_age_seconds"] < 300
    assert not re.search(r"@|karin|chairs", shell.ok("metrics"), re.I)


def test_a_store_that_is_away_is_a_figure_and_no_failure(shell: Shell, world: World) -> None:
    world.store.close()
    (shell.folder / "weftmail.db").unlink()
    found = figures(shell.ok("metrics"))
    assert found["weftmail_store_up"] == 0 and "weftmail_accepted_total" not in found


def test_the_site_answers_on_loopback(shell: Shell, world: World) -> None:
    config = shell.context().config
    assert metrics.serving(config, world.clock) is None
    server = metrics.serving(Config(state=config.state, metrics="127.0.0.1:0"), world.clock)
    assert server is not None
    home = f"http://127.0.0.1:{server.server_port}"
    try:
        with urllib.request.urlopen(f"{home}/metrics", timeout=10) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=")
            assert "weftmail_store_up" in answer.read().decode()
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{home}/", timeout=10)
        taken = Config(state=config.state, metrics=f"127.0.0.1:{server.server_port}")
        with pytest.raises(UsageError, match="name another place"):
            metrics.serving(taken, world.clock)
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("place", ["0.0.0.0:9470", "mx1.acme.example:9470", "9470", "192.0.2.1:9470", "[::]:9470"])
def test_no_other_place_is_taken(shell: Shell, place: str) -> None:
    with shell.config.open("a") as config:
        config.write(f'metrics = "{place}"\n')
    assert "is not HOST:PORT on this machine itself" in shell.refused("status")


def test_every_figure_is_described_and_no_other_is_asked_for(shell: Shell, world: World) -> None:
    (shell.folder / "backups").mkdir(mode=0o700)
    shell.ok("backup", "create")
    world.store.connection.execute("update domain set state = state")
    names = {one.split(" ")[0] for one in figures(shell.ok("metrics"))} | {"weftmail_dns"}
    described = set(re.findall(r"`(weftmail_\w+)", (DOCS / "monitoring.md").read_text("utf-8")))
    assert described == names
    rules = yaml.safe_load((DOCS / "monitoring" / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
    board = json.loads((DOCS / "monitoring" / "board.json").read_text("utf-8"))
    asked = [rule["expr"] for rule in rules]
    asked += [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert {name for one in asked for name in re.findall(r"weftmail_\w+", one)} <= names
    assert all(rule["annotations"]["remedy"] for rule in rules)
