"""Packaging of Underwatch: plain top-level packages, so that editors and type checkers need no tricks."""

from pathlib import Path

from setuptools import setup

ROOMS = ["catalog", "sources", "lake", "features", "models", "expectations", "app", "jobs"]

setup(
    name="underwatch",
    version="0.1.0",
    description="Find fraud in health claims and price risk: batch pipeline for insurers",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    python_requires=">=3.11,<3.12",
    packages=[
        str(folder).replace("/", ".")
        for room in ROOMS
        for folder in sorted({file.parent for file in Path(room).rglob("*.py")})
    ],
    package_data={
        "": ["*.csv", "*.json", "py.typed"],
        "app": ["templates/*.html", "static/*", "static/vendor/*"],
    },
    entry_points={"console_scripts": ["underwatch = jobs.cli:main"]},
)
