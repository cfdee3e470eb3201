"""What the deployment's keys make: pseudonyms at the door, the crawlers' notebook, and the seal of dead letters."""

from deploy.settings.deployment import Settings
from streams.privacy import keyring
from streams.privacy.door import Door
from streams.privacy.notebook import Notebook
from streams.privacy.pseudonym import Pseudonyms
from streams.privacy.seal import Seal


def door(settings: Settings) -> Door:
    """Privacy at the door, with the deployment's keys."""
    return Door(Pseudonyms(keyring.read(settings.key_file)))


def notebook(settings: Settings) -> Notebook:
    """What names and seals crawlers' notes."""
    return Notebook(keyring.read(settings.key_file))


def seal(settings: Settings) -> Seal:
    """What dead letters are sealed with: the newest key; older ones still open."""
    keys = keyring.read(settings.key_file)
    newest = max(keys)
    return Seal(keys[newest], *(key for number, key in keys.items() if number != newest))
