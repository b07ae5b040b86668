"""Drives the server with the package llama-cloud, unmodified: once with its
blocking client and once with the one for asyncio. Every answer is checked
against contract.py.

Settings: RECTO_URL, RECTO_SAMPLE (a PDF file), RECTO_PHOTO (a photograph of its
first page), RECTO_API_KEY."""

import asyncio
import inspect
import os
import re
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
import llama_cloud
from llama_cloud import AsyncLlamaCloud, LlamaCloud

import contract
from suite import Suite, methods_of, rejects

URL = os.environ["RECTO_URL"]
SAMPLE = Path(os.environ["RECTO_SAMPLE"])
PHOTO = Path(os.environ["RECTO_PHOTO"])
KEY = os.environ.get("RECTO_API_KEY", "llx-none")
FAST = {"polling_interval": 0.1, "max_interval": 0.5, "verbose": False}
RESOURCES = ["parsing", "files", "configurations", "webhook_configs", "projects", "v2_projects"]
EVERYTHING = """text markdown items metadata forms job_metadata usage text_full markdown_full images_content_metadata
    text_content_metadata markdown_content_metadata items_content_metadata metadata_content_metadata raw_words_content_metadata
    xlsx_content_metadata output_pdf_content_metadata""".split()


def look(response):
    """Checks an answer as it passes by."""
    if response.request.url.path.startswith("/download"):
        return
    response.read()
    contract.verify(response.request.method, response.request.url.path, response.status_code, response.json)


async def alook(response):
    await response.aread()
    contract.verify(response.request.method, response.request.url.path, response.status_code, response.json)


class Blocking:
    """Makes the calls of an asyncio client one by one."""

    def __init__(self, target, loop):
        self._target, self._loop = target, loop

    def __getattr__(self, name):
        found = getattr(self._target, name)
        if not callable(found) or inspect.isclass(found):
            return Blocking(found, self._loop) if "resource" in type(found).__name__.lower() else found

        def call(*args, **kwargs):
            return self._loop.run_until_complete(self._finish(found(*args, **kwargs)))

        return call

    async def _finish(self, answer):
        page = await answer
        # A list goes on by itself only inside of asyncio.
        if hasattr(page, "__aiter__"):
            page = Listed(page, [x async for x in page])
        return page


class Listed:
    """A first page and the whole list."""

    def __init__(self, page, everything):
        self.items, self._everything = page.items, everything

    def __iter__(self):
        return iter(self._everything)


def drive(kind, client):
    codes = {}
    for name in RESOURCES:
        codes |= methods_of(resource_class(client, name), name)
    suite = Suite(kind, codes)
    check = suite.check
    copies = iter(range(10**6))
    state = {}

    def variant():
        """A file that was never sent before: a comment behind the end of a PDF
        changes nothing."""
        return (SAMPLE.name, SAMPLE.read_bytes() + f"\n% {kind} {os.getpid()} {next(copies)}\n".encode())

    def wait(job_id, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            got = client.parsing.get(job_id)
            if got.job.status in ("COMPLETED", "FAILED", "CANCELLED"):
                return got.job
            time.sleep(0.1)
        raise AssertionError(f"{job_id} is not done")

    @check("files: create, retrieve, content")
    def _():
        file = state["file"] = client.files.create(file=variant(), purpose="parse", external_file_id=f"{kind}-1")
        assert re.fullmatch("dfl-[0-9a-f-]{36}", file.id) and file.name == SAMPLE.name and file.file_type == "pdf"
        again = client.files.retrieve(file.id, expand=["download_url"], project_id=file.project_id)
        data = httpx.get(again.download_url.url).content
        assert data.startswith(SAMPLE.read_bytes())
        link = client.files.content(file.id, expires_at_seconds=60)
        assert httpx.get(link.url).content == data
        # The id works without its prefix, too.
        assert client.files.retrieve(file.id.removeprefix("dfl-")).id == file.id

    @check("files: list pages by itself, query")
    def _():
        for _ in range(3):
            client.files.create(file=variant(), purpose="user_data")
        ids = [f.id for f in client.files.list(page_size=2)]
        assert len(ids) == len(set(ids)) >= 4 and state["file"].id in ids
        some = client.files.list(file_ids=ids[:2])
        assert {f.id for f in some.items} == set(ids[:2])
        assert [f.id for f in client.files.list(external_file_id=f"{kind}-1", order_by="name").items] == [state["file"].id]
        found = client.files.query(filter={"external_file_id": f"{kind}-1"})
        assert [f.id for f in found.items] == [state["file"].id]

    @check("parsing: create of a stored file, wait_for_completion, get")
    def _():
        job = client.parsing.create(file_id=state["file"].id, tier="cost_effective", version="latest", user_metadata={"case": "42"})
        assert re.fullmatch("pjb-[0-9a-f-]{36}", job.id) and job.status in ("PENDING", "RUNNING", "COMPLETED")
        done = client.parsing.wait_for_completion(job.id, **FAST)
        assert done.status == "COMPLETED"
        got = client.parsing.get(job.id, expand=["markdown,text"])
        assert got.job.user_metadata == {"case": "42"} and got.markdown.pages and got.text.pages and got.items is None
        assert client.parsing.get(job.id.removeprefix("pjb-")).job.id == job.id

    @check("parsing: parse of an upload with everything")
    def _():
        result = state["result"] = client.parsing.parse(
            upload_file=variant(), tier="cost_effective", version="latest", expand=[*EVERYTHING, "debug_logs"],
            output_options={"images_to_save": ["screenshot", "embedded"], "save_output_pdf": True}, **FAST)
        pages = len(result.text.pages)
        assert pages > 0 and [p.page_number for p in result.items.pages] == list(range(1, pages + 1))
        assert len(result.markdown.pages) == len(result.metadata.pages) == pages
        assert result.text_full and result.markdown_full and result.job_metadata["job_pages"] == pages
        kinds = {type(item).__name__ for page in result.items.pages for item in page.items}
        assert any("Heading" in k for k in kinds) and any("Table" in k for k in kinds), kinds
        for name, file in result.result_content_metadata.items():
            if file.exists:
                assert len(httpx.get(file.presigned_url).content) == file.size_bytes, name
        shots = [i for i in result.images_content_metadata.images if i.category == "screenshot"]
        assert len(shots) == pages and httpx.get(shots[0].presigned_url).headers["content-type"] == shots[0].content_type

    @check("parsing: the package's own models take the answers")
    def _():
        raw = httpx.get(f"{URL}/api/v2/parse/{state['result'].job.id}", params={"expand": EVERYTHING}, headers={"Authorization": f"Bearer {KEY}"}).json()
        type(state["result"]).model_validate(raw, strict=False)

    @check("parsing: a photographed page is read back")
    def _():
        def words(**options):
            got = client.parsing.parse(tier="cost_effective", version="latest", expand=["text", "items", "metadata"], **options, **FAST)
            return Counter(re.findall(r"\w+", got.text.pages[0].text)), got

        wanted, _ = words(upload_file=variant(), page_ranges={"target_pages": "1"})
        read, got = words(upload_file=("photo.jpg", PHOTO.read_bytes()), input_options={"image": {"camera_photo_correction": True}})
        assert (wanted & read).total() >= 0.95 * wanted.total() > 100, wanted - read
        assert got.metadata.pages[0].original_orientation_angle == 0
        page = got.items.pages[0]
        assert page.page_height > page.page_width and any(type(i).__name__.endswith("HeadingItem") for i in page.items)

    @check("parsing: list pages by itself, the newest first")
    def _():
        jobs = list(client.parsing.list(page_size=1, status="COMPLETED"))
        assert len(jobs) >= 2 and [j.created_at for j in jobs] == sorted((j.created_at for j in jobs), reverse=True)
        some = client.parsing.list(job_ids=[jobs[0].id, jobs[-1].id])
        assert {j.id for j in some.items} == {jobs[0].id, jobs[-1].id}
        assert client.parsing.list(created_at_on_or_after=jobs[0].created_at).items[-1].id == jobs[0].id

    @check("parsing: list_versions")
    def _():
        v = client.parsing.list_versions()
        assert v.fast and v.cost_effective and v.agentic and v.agentic_plus

    @check("parsing: cancel, and a finished job cannot be cancelled")
    def _():
        jobs = [client.parsing.create(upload_file=variant(), tier="cost_effective", version="latest", output_options={"images_to_save": ["screenshot"]}) for _ in range(6)]
        try:
            assert client.parsing.cancel(jobs[-1].id).status == "CANCELLED"
        except llama_cloud.ConflictError:
            pass  # it was quicker
        for j in jobs:
            wait(j.id)
        rejects(llama_cloud.ConflictError, "finished", lambda: client.parsing.cancel(state["result"].job.id))

    @check("errors have their classes and say why")
    def _():
        rejects(llama_cloud.NotFoundError, "Parse job not found", lambda: client.parsing.get("pjb-00000000-0000-0000-0000-000000000000"))
        rejects(llama_cloud.NotFoundError, "not found", lambda: client.files.retrieve("dfl-00000000-0000-0000-0000-000000000000"))
        rejects(llama_cloud.UnprocessableEntityError, "'version'", lambda: client.parsing.create(file_id=state["file"].id, tier="fast", version="x"))
        rejects(llama_cloud.UnprocessableEntityError, "extra_forbidden", lambda: client.parsing.create(
            file_id=state["file"].id, tier="fast", version="latest", output_options={"nonsense": True}))
        rejects(llama_cloud.PermissionDeniedError, "no access", lambda: client.files.list(organization_id="00000000-0000-0000-0000-000000000000"))

    @check("a job that fails says why")
    def _():
        def parse():
            got = client.parsing.parse(file_id=state["file"].id, tier="fast", version="latest", page_ranges={"target_pages": "100000"}, expand=["text"], **FAST)
            # The asyncio client logs the failure and returns the job.
            assert got.job.status == "FAILED" and got.text is None
            raise RuntimeError(got.job.error_message)

        rejects(Exception, "NO_DATA_FOUND_IN_FILE", parse, patience=60)

    @check("a request sent again is the same job")
    def _():
        once = variant()
        jobs = {client.parsing.create(upload_file=once, tier="fast", version="latest").id for _ in range(3)}
        assert len(jobs) == 1, jobs
        keyed = {client.parsing.create(file_id=state["file"].id, tier="fast", version="latest", disable_cache=True, extra_headers={"Idempotency-Key": f"{kind}{os.getpid()}"}).id for _ in range(3)}
        assert len(keyed) == 1, keyed

    @check("a base address with a slash at the end works")
    def _():
        with httpx.Client() as plain:
            assert LlamaCloud(api_key=KEY, base_url=URL + "/", http_client=plain).parsing.get(state["result"].job.id).job.id == state["result"].job.id

    @check("projects and v2_projects: list, get")
    def _():
        own = state["file"].project_id
        assert own in [p.id for p in client.projects.list()]
        assert client.projects.get(own).id == own
        assert own in [p.id for p in client.v2_projects.list()]
        assert client.v2_projects.get(own).id == own
        assert [f.id for f in client.files.list(project_id=own, external_file_id=f"{kind}-1").items] == [state["file"].id]

    configurations(check, client, kind, state)
    webhooks(check, client, state)

    @check("parsing: delete; files: delete")
    def _():
        assert client.parsing.delete(state["result"].job.id).id == state["result"].job.id
        rejects(llama_cloud.NotFoundError, "Parse job not found", lambda: client.parsing.get(state["result"].job.id))
        client.files.delete(state["file"].id)
        rejects(llama_cloud.NotFoundError, "not found", lambda: client.files.retrieve(state["file"].id))

    return suite


def configurations(check, client, kind, state):
    @check("configurations: create, retrieve, update, list, delete, and use")
    def _():
        name = f"{kind} {os.getpid()}"
        saved = client.configurations.create(name=name, parameters={"product_type": "parse_v2", "tier": "cost_effective", "version": "latest", "page_ranges": {"max_pages": 1}})
        assert saved.id.startswith("cfg-") and saved.name == name
        assert client.configurations.retrieve(saved.id).name == name
        assert saved.id in [c.id for c in client.configurations.list(product_type=["parse_v2"], name=name)]
        job = client.parsing.create(file_id=state["file"].id, tier="configured", version="latest", extra_body={"configuration_id": saved.id})
        client.parsing.wait_for_completion(job.id, **FAST)
        assert len(client.parsing.get(job.id, expand=["text"]).text.pages) == 1
        assert client.configurations.update(saved.id, name=name + " b").name == name + " b"
        client.configurations.delete(saved.id)
        rejects(llama_cloud.NotFoundError, "not found", lambda: client.configurations.retrieve(saved.id))


def webhooks(check, client, state):
    @check("webhook_configs: create, retrieve, update, list, list_paginated, delete")
    def _():
        saved = client.webhook_configs.create(webhook_url="https://hooks.example.com/a", webhook_events=["parse.success"])
        assert saved.id.startswith("whc-") and not saved.has_secret
        assert client.webhook_configs.retrieve(saved.id).webhook_url == "https://hooks.example.com/a"
        assert saved.id in [c.id for c in client.webhook_configs.list()]
        assert saved.id in [c.id for c in client.webhook_configs.list_paginated()]
        assert client.webhook_configs.update(saved.id, webhook_events=["parse.error"]).webhook_events == ["parse.error"]
        client.webhook_configs.delete(saved.id)
        rejects(llama_cloud.NotFoundError, "not found", lambda: client.webhook_configs.retrieve(saved.id))


def resource_class(client, name):
    target = client._target if isinstance(client, Blocking) else client
    return type(getattr(target, name))


def main():
    if sys.argv[1] == "sync":
        client = LlamaCloud(api_key=KEY, base_url=URL, http_client=httpx.Client(event_hooks={"response": [look]}, timeout=60))
        drive("python", client).close()
    loop = asyncio.new_event_loop()
    target = AsyncLlamaCloud(api_key=KEY, base_url=URL, http_client=httpx.AsyncClient(event_hooks={"response": [alook]}, timeout=60))
    drive("python asyncio", Blocking(target, loop)).close()


main()
