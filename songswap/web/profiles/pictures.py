"""Pictures of people and groups: bringing, showing and removing them."""

import asyncio
import contextlib
from pathlib import Path
from typing import Final

from msgspec.structs import replace
from quart import Blueprint, Response, request
from quart_schema import hide, tag_blueprint, validate_response

from songswap.core.people.audience import may_see
from songswap.core.people.group_admission import shows_face
from songswap.documents import ACCOUNT, GROUP, GROUP_PICTURE, PICTURE, PROFILE
from songswap.store import StoreError, UnfitNameError
from songswap.store.files import fill, make_folder, write_whole
from songswap.web.group.group_state import GroupState
from songswap.web.group.member_state import state_of
from songswap.web.kit.access import me, my_group_as, who
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.ids import new_id
from songswap.web.kit.images import ImageError, square
from songswap.web.kit.json_api import takes_file
from songswap.web.kit.request_body import LARGEST_PICTURE, UploadedFile
from songswap.web.kit.services import Services, current_services
from songswap.web.people.showing import shown
from songswap.web.people.viewer import profile_of, viewer_of
from songswap.web.profiles.profile_view import ProfileState, profile_state

blueprint = Blueprint("pictures", __name__)
tag_blueprint(blueprint, ["people"])

NONE: Final = "There is no such picture, or it is not for you."
PICTURE_TOO_LARGE: Final = f"A picture has at most {LARGEST_PICTURE // 1000**2} MB. Bring a smaller one."
A_YEAR: Final = "private, max-age=31536000, immutable"
"""A picture never changes: another one has another id."""


@blueprint.put("/api/me/picture")
@takes_file
@validate_response(ProfileState)
async def bring_my_picture() -> ProfileState:
    """Bring a picture of my own: a form with the field `file`, of up to 5 MB (JPEG, PNG, WebP, GIF)."""
    services, account = current_services(), me().id
    content = await _brought()
    picture_id = await _keep(services, PICTURE, account, content)
    before = profile_of(services, account)
    _show(services, account, picture="own", picture_id=picture_id)
    _remove(services, PICTURE, account, before.picture_id)
    return profile_state(services, account)


@blueprint.delete("/api/me/picture")
@validate_response(ProfileState)
async def remove_my_picture() -> ProfileState:
    """Remove my own picture; that of Spotify is shown again."""
    services, account = current_services(), me().id
    before = profile_of(services, account)
    _show(services, account, picture="spotify", picture_id="")
    _remove(services, PICTURE, account, before.picture_id)
    return profile_state(services, account)


@blueprint.put("/api/groups/<group_id>/picture")
@takes_file
@validate_response(GroupState)
async def bring_group_picture(group_id: str) -> GroupState:
    """Give a group a picture (host): a form with the field `file`, of up to 5 MB."""
    services = current_services()
    my_group_as(group_id, "manage")
    content = await _brought()
    picture_id = await _keep(services, GROUP_PICTURE, group_id, content)
    group = my_group_as(group_id, "manage")
    after = replace(group, picture_id=picture_id)
    services.store.write(GROUP, after, group.id)
    _remove(services, GROUP_PICTURE, group.id, group.picture_id)
    return state_of(services, after, me().id)


@blueprint.delete("/api/groups/<group_id>/picture")
@validate_response(GroupState)
async def remove_group_picture(group_id: str) -> GroupState:
    """Remove a group's picture (host)."""
    services, group = current_services(), my_group_as(group_id, "manage")
    after = replace(group, picture_id="")
    services.store.write(GROUP, after, group.id)
    _remove(services, GROUP_PICTURE, group.id, group.picture_id)
    return state_of(services, after, me().id)


@blueprint.get("/pictures/people/<account>/<picture_id>")
@hide
async def person_picture(account: str, picture_id: str) -> Response:
    """Somebody's own picture, for those who may see that they are here, and for everybody in a group with them."""
    services, profile = current_services(), profile_of(current_services(), account)
    relation = viewer_of(services, who()).relation_to(account)
    is_for_all = profile.audience == "link"
    if profile.picture_id != picture_id or not (
        relation in {"self", "group"} or may_see(relation, profile.audience) or (is_for_all and who() is None)
    ):
        raise ProblemError(404, "not_found", NONE)
    return _picture(services, PICTURE, account, picture_id)


@blueprint.get("/pictures/groups/<group_id>/<picture_id>")
@hide
async def group_picture(group_id: str, picture_id: str) -> Response:
    """A group's picture, for those who may know of it."""
    services, group = current_services(), current_services().groups.get(group_id)
    if group is None or group.picture_id != picture_id or not shows_face(group, me().id):
        raise ProblemError(404, "not_found", NONE)
    return _picture(services, GROUP_PICTURE, group_id, picture_id)


def sweep(services: Services) -> None:
    """Remove pictures that nobody shows: a crash came before they were shown, or before they were removed.

    For the server's start.
    """
    for kind, pattern, shown_by, known in (
        ("accounts", PICTURE, PROFILE, services.profiles),
        ("groups", GROUP_PICTURE, GROUP, services.groups),
    ):
        for name in services.store.names(kind):
            with contextlib.suppress(StoreError, OSError):
                of = known.get(name)
                if shown_by.path(name) in services.store.broken:
                    continue  # once it is mended, it shows a picture again
                shows = of.picture_id if of is not None else ""
                for path in (services.store.root / fill(pattern, (name, "any"))).parent.glob("*"):
                    if path.name != f"{shows}.webp":
                        path.unlink()


async def _brought() -> bytes:
    """The picture in the form that was sent, made ours. Raises ProblemError."""
    form, content = UploadedFile(request, PICTURE_TOO_LARGE), bytearray()
    await form.name()
    async for piece in form.pieces():
        content += piece
        if len(content) > LARGEST_PICTURE:
            raise ProblemError(413, "too_large", PICTURE_TOO_LARGE)
    try:
        async with current_services().drawing:  # one picture unpacked at a time
            return await asyncio.to_thread(square, bytes(content))
    except ImageError as error:
        raise ProblemError(400, "bad_picture", str(error)) from error


def _show(services: Services, account: str, *, picture: str, picture_id: str) -> None:
    person = services.directory.get(account)
    if person is None:
        raise ProblemError(401, "not_logged_in", "Log in with Spotify first.")
    profile = replace(profile_of(services, account), picture=picture, picture_id=picture_id)
    services.store.write(PROFILE, profile, account)
    services.store.write(ACCOUNT, shown(person, profile, services.directory.everybody()), account)


async def _keep(services: Services, pattern: str, name: str, content: bytes) -> str:
    picture_id = new_id()
    path = services.store.root / fill(pattern, (name, picture_id))
    if not path.parent.parent.is_dir():
        raise StoreError(f"{path} can't be written: its owner is gone")
    await asyncio.to_thread(_write, path, content)
    return picture_id


def _write(path: Path, content: bytes) -> None:
    make_folder(path.parent)
    write_whole(path, content)


def _remove(services: Services, pattern: str, name: str, picture_id: str) -> None:
    if picture_id:
        (services.store.root / fill(pattern, (name, picture_id))).unlink(missing_ok=True)


def _picture(services: Services, pattern: str, name: str, picture_id: str) -> Response:
    try:
        content = (services.store.root / fill(pattern, (name, picture_id))).read_bytes()
    except (FileNotFoundError, UnfitNameError) as error:
        raise ProblemError(404, "not_found", NONE) from error
    return Response(content, mimetype="image/webp", headers={"Cache-Control": A_YEAR})
