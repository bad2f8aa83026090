"""What browsers may load on our pages: our own files and covers from Spotify, nothing inline but what is said here."""

from urllib.parse import urlsplit

from songswap.config import Config
from songswap.spotify.links import COVER_HOSTS, PAGES
from songswap.web.kit.cookies import is_secure

SPOTIFY_API_HOST = "api.spotify.com"
VIDEO_PICTURE_HOST = "https://i.ytimg.com"
"""Where YouTube keeps the pictures of videos."""


def video_picture_host(config: Config) -> str:
    """Where the pictures of videos come from: YouTube's own host, or whatever stands in for YouTube."""
    api = urlsplit(config.youtube.api_url)
    is_google = (api.hostname or "").endswith(".googleapis.com")
    return VIDEO_PICTURE_HOST if is_google else f"{api.scheme}://{api.netloc}"


def content_policy(
    config: Config,
    *,
    has_charts: bool = False,
    has_samples: bool = False,
    has_videos: bool = False,
    has_player: bool = False,
) -> str:
    """The content security policy of a page.

    `has_charts`: plotly.js brings rules of style along, which a page has to allow; scripts stay our own files.
    `has_samples`: Spotify's player may be framed, if the operator allows that. `has_videos`: pictures of videos in
    place of those of Spotify. `has_player`: Spotify's Web Playback SDK may be loaded, the only script not our own; it
    plays in a frame of its own.
    """
    images = ["'self'", "data:", *COVER_HOSTS]
    api = urlsplit(config.spotify.api_url)
    if api.hostname != SPOTIFY_API_HOST:
        images.append(f"{api.scheme}://{api.netloc}")
    if has_videos:
        images = ["'self'", "data:", video_picture_host(config)]
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'" if has_charts else "'self'",
        "img-src": " ".join(images),
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    if has_player:
        sdk = urlsplit(config.spotify.sdk_url)
        policy["script-src"] += f" {sdk.scheme}://{sdk.netloc}"
        policy["frame-src"] = f"{sdk.scheme}://{sdk.netloc}"
    if has_samples and config.features.embed:
        policy["frame-src"] = PAGES
    return "; ".join(f"{name} {value}" for name, value in policy.items())


HTTPS_ONLY = {
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Browsers keep to https for a year, share no window with other sites, and let those load nothing of ours. Other hosts
of the operator's domain are left alone; without https browsers heed none of them, or complain."""


def link_headers(endpoint: str) -> dict[str, str]:
    """The headers of a page that opens by a secret in its address: no search engine lists it, no page learns of it.

    The invitation has a form, which a browser sends without its origin where there is no referrer at all.
    """
    referrer = "same-origin" if endpoint.startswith("invites.") else "no-referrer"
    return {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": referrer}


def security_headers(config: Config) -> dict[str, str]:
    """The headers of every answer: nothing is loaded but our own files and covers, nobody frames us."""
    return {
        **(HTTPS_ONLY if is_secure(config) else {}),
        "Content-Security-Policy": content_policy(config),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    }
