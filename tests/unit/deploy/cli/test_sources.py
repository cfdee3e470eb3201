"""`xiangyin source`: what can be said at once is said before anything is fetched or imported."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from rich.table import Table

from deploy.cli import exits, run
from deploy.cli.sources.tables import show
from tests.unit.streams.web.site import standing

HEAVY = ("numpy", "rjieba", "aiokafka", "faust", "models.segment", "prometheus_client")


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["recipes"], (*HEAVY, "elasticsearch", "aiohttp")),
        (["recipes", "weibo-user", "--set", "uid=1"], (*HEAVY, "elasticsearch", "aiohttp")),
        (["secret", "a.secret"], (*HEAVY, "elasticsearch", "aiohttp")),
        (["add", "https://a.example.cn", "--township", "110101001"], (*HEAVY, "elasticsearch")),
        (["try", "nobody"], (*HEAVY, "elasticsearch")),
        (["list", "--help"], HEAVY),
    ],
)
def test_what_needs_no_model_waits_for_none(made: Path, arguments: list[str], heavy: tuple[str, ...]) -> None:
    """The models and numpy take a second or two to read, the client of the search server as long."""
    code = "import sys; from deploy.cli import run; run(%r); print([m for m in sys.modules if m in %r])"
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code % (["source", *arguments], heavy)], capture_output=True, check=True, text=True
    )
    assert ended.stdout.endswith("[]\n"), ended.stdout[-400:]


@pytest.mark.parametrize("arguments", [["add", "https://a.example.cn"], ["recipes", "weibo-user", "--set", "uid=1"]])
def test_a_township_that_the_deployment_lacks_is_refused(
    made: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A file with it would stop every command that reads the sources."""
    assert run(["source", *arguments, "--township", "110101001"]) == exits.CONFIGURATION
    said = capsys.readouterr()
    assert "--township: 110101001 is no township of this deployment, which has 990101101000" in said.err
    assert not said.out


def test_an_address_without_its_beginning_is_refused(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it was written, and with what is missing."""
    assert run(["source", "add", "柳汀论坛.cn"]) == exits.USAGE
    said = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert "'柳汀论坛.cn' is no whole address: write https:// or http:// before it" in said


def test_a_recipe_is_for_the_deployments_own_township(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unless it is told another."""
    assert run(["source", "recipes", "weibo-user", "--set", "uid=1"]) == exits.OK
    assert "township: '990101101000'" in capsys.readouterr().out


async def test_an_address_opens_no_other_inner_host(
    made: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deployment allows two, and a page of the one names a feed on the other: who wrote that is a stranger."""
    feed = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "content_text": "路灯坏了"}]}'
    async with standing() as site, standing() as inner:
        monkeypatch.setenv("XIANGYIN_CONTACT", "a@example.cn")
        monkeypatch.setenv("XIANGYIN_ALLOW_HOSTS", f'["{site.address}", "{inner.address}"]')
        for each in (site, inner):
            each.says("/feed", feed)
        for name, home in (("theirs", inner), ("ours", site)):
            link = f'<link rel="alternate" type="application/feed+json" href="{home.url("/feed")}">'
            site.says(f"/{name}", f"<html><head>{link}</head></html>", Content_Type="text/html")
        refused = await asyncio.to_thread(run, ["source", "add", site.url("/theirs")])
        assert (refused, inner.asked) == (exits.BAD_INPUT, [])
        assert "an inner host, which only sources that stand on it may ask" in capsys.readouterr().err
        assert await asyncio.to_thread(run, ["source", "add", site.url("/ours")]) == exits.OK
        assert f"url: {site.url('/feed')}" in capsys.readouterr().out


def test_a_name_that_is_taken_is_refused_before_the_site_is_asked(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody waits for a page that then cannot be written down."""
    assert run(["source", "add", "https://no-such-host.invalid/", "--name", "news"]) == exits.CONFIGURATION
    assert "there is such a source already" in capsys.readouterr().err


def test_try_reads_the_file_of_its_source_only(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistake in another is that one's: here the contact is what is missing."""
    (made / "sources" / "bad.yaml").write_text("kind: blog\n", "utf-8")
    assert run(["source", "try", "news"]) == exits.CONFIGURATION
    said = capsys.readouterr().err
    assert "contact is empty" in said
    assert "bad.yaml" not in said


def test_a_table_shows_words_as_they_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    """[quote] and the like are words of a post, no commands to our table."""
    said, table = "[b]路坏了[/b] [/quote] :bus:", Table("said")
    table.add_row(said)
    show(table)
    assert said in capsys.readouterr().out


def test_no_word_of_a_table_is_parted_by_a_narrow_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """What is too wide for it comes as lines; Chinese and addresses go on in the next line of their column."""
    table = Table("source", "townships", "published", "unread")
    table.add_row("news", "990101101000 990101102000", "7", "")
    show(table, 40)
    assert capsys.readouterr().out == "news\n  townships: 990101101000 990101102000\n  published: 7\n"
    show(table, 60)
    assert " published " in capsys.readouterr().out
    wide = Table("what it says")
    wide.add_row("东埠小学的围墙倒了" * 9 + "https://a.example.cn/" + "7" * 40)
    show(wide, 40)
    assert "┃" in capsys.readouterr().out
