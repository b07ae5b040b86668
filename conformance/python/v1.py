"""Drives the v1 API with the packages written for it, unmodified: llama-parse
and llama-cloud-services, the LlamaIndex reader, and llama-cloud before 1.0.
Answers are checked against contract.py.

Settings: RECTO_URL, RECTO_SAMPLE (a PDF file of at least two pages),
RECTO_API_KEY."""

import asyncio
import http.server
import json
import os
import queue
import tempfile
import threading
from pathlib import Path

import httpx
from llama_cloud.client import AsyncLlamaCloud, LlamaCloud
from llama_cloud.core.api_error import ApiError
from llama_cloud.resources.files.client import AsyncFilesClient, FilesClient
from llama_cloud.resources.parsing.client import AsyncParsingClient, ParsingClient
from llama_cloud_services.files.client import FileClient
from llama_cloud_services.parse import LlamaParse
from llama_cloud_services.parse.base import JobFailedException
from llama_cloud_services.parse.types import JobResult
from llama_index.core import SimpleDirectoryReader
from llama_index.readers.llama_parse import LlamaParse as Reader
from llama_parse import LlamaParse as OldName

import contract
from suite import Suite, methods_of, rejects

URL = os.environ["RECTO_URL"]
SAMPLE = Path(os.environ["RECTO_SAMPLE"])
KEY = os.environ.get("RECTO_API_KEY", "llx-none")

codes = {}
for cls in (LlamaParse, JobResult, FileClient, ParsingClient, AsyncParsingClient, FilesClient, AsyncFilesClient):
    codes |= methods_of(cls, cls.__name__)
EXCUSED = {
    "LlamaParse.handle_deprecated_params": "no request", "LlamaParse.warn_extra_params": "no request",
    "LlamaParse.client_context": "called by nothing in the package",
    "JobResult.model_post_init": "no request",
}
suite = Suite("v1", codes, EXCUSED)
check = suite.check
state, copies = {}, iter(range(10**6))
scratch = Path(tempfile.mkdtemp())


def look(response):
    path = response.request.url.path
    if path.startswith("/api/"):
        response.read()
        contract.verify(response.request.method, path, response.status_code, response.json)


async def alook(response):
    await response.aread()
    look(response)


def variant():
    """The path of a file that was never sent before."""
    path = scratch / f"{next(copies)}" / SAMPLE.name
    path.parent.mkdir()
    path.write_bytes(SAMPLE.read_bytes() + f"\n% v1 {os.getpid()} {path.parent.name}\n".encode())
    return str(path)


def reader(cls=LlamaParse, **options):
    options = {"result_type": "markdown", "verbose": False, "show_progress": False, "ignore_errors": False} | options
    # The package keeps one client over several event loops, which open
    # connections do not survive.
    client = httpx.AsyncClient(event_hooks={"response": [alook]}, limits=httpx.Limits(max_keepalive_connections=0))
    return cls(api_key=KEY, base_url=URL, custom_client=client, **options)


@check("load_data splits by page")
def _():
    docs = reader().load_data(variant())
    state["pages"] = len(docs)
    assert len(docs) > 1 and all(d.text.strip() for d in docs)
    whole = reader(split_by_page=False).load_data(variant())
    assert len(whole) == 1 and whole[0].text == "\n---\n".join(d.text for d in docs)


@check("load_data of text, of several files, of bytes, with a separator of one's own")
def _():
    separator = "\n<<{page_number}>>\n"
    docs = reader(result_type="text", page_separator=separator, split_by_page=False).load_data([variant(), variant()])
    assert len(docs) == 2 and "\n<<2>>\n" in docs[0].text
    docs = reader().load_data(Path(variant()).read_bytes(), extra_info={"file_name": "bytes.pdf"})
    assert len(docs) == state["pages"]


@check("aload_data")
def _():
    assert len(asyncio.run(reader().aload_data(variant()))) == state["pages"]


@check("the old package and the LlamaIndex reader")
def _():
    assert len(reader(OldName).load_data(variant())) == state["pages"]
    found = SimpleDirectoryReader(input_files=[variant()], file_extractor={".pdf": reader(Reader)}).load_data()
    assert len(found) == state["pages"] and found[0].metadata["file_name"] == SAMPLE.name


@check("a document read in parts ends by itself")
def _():
    parts = reader(partition_pages=1).load_data(variant())
    assert len(parts) == state["pages"]
    jobs = reader(partition_pages=1, target_pages="0-1").parse(variant())
    assert [j.pages[0].page for j in jobs] == [1, 2]


@check("target_pages counts from 0, max_pages")
def _():
    assert [p.page for p in reader(target_pages="1").parse(variant()).pages] == [2]
    assert [p.page for p in reader(max_pages=1).parse(variant()).pages] == [1]


@check("every field the reader can send is understood or named")
def _():
    result = reader(
        adaptive_long_table=True, aggressive_table_extraction=True, annotate_links=True, bbox_top=0.01, bbox_bottom=0.01, bbox_left=0.01, bbox_right=0.01,
        compact_markdown_table=True, continuous_mode=True, disable_ocr=True, do_not_cache=True, do_not_unroll_columns=True, extract_layout=True,
        extract_printed_page_number=True, guess_xlsx_sheet_name=True, hide_headers=True, high_res_ocr=True, html_make_all_elements_visible=True,
        inline_images_in_markdown=True, invalidate_cache=True, job_timeout_in_seconds=60, job_timeout_extra_time_per_page_in_seconds=5, language="de",
        line_level_bounding_box=True, model="some", outlined_table_extraction=True, output_pdf_of_document=True, output_tables_as_HTML=True,
        page_error_tolerance=0.5, page_prefix="<", page_suffix=">", precise_bounding_box=True, preserve_very_small_text=True,
        remove_hidden_text=True, replace_failed_page_mode="error_message", skip_diagonal_text=True, spreadsheet_extract_sub_tables=True,
        strict_mode_buggy_font=False, take_screenshot=True, system_prompt="Be brief", vendor_multimodal_model_name="some").parse(variant())
    named = result.job_metadata.options_without_effect
    for name in ("model", "system_prompt", "vendor_multimodal_model_name"):
        assert name in named, f"{name} is not in {named}"
    assert result.pages[0].layout and "<table" in "".join(p.md for p in result.pages)
    assert any(item.lines for page in result.pages for item in page.items), "no lines"
    markdown = result.get_markdown()
    assert markdown.startswith("<") and markdown.rstrip().endswith(">")


@check("retired modes, unknown tiers and missing models say why")
def _():
    rejects(Exception, "no longer available", lambda: reader(gpt4o_mode=True).load_data(variant()))
    rejects(Exception, "literal_error", lambda: reader(tier="turbo", version="latest").load_data(variant()))
    rejects(Exception, "RECTO_VLM_URL", lambda: reader(premium_mode=True).load_data(variant()))
    err = rejects(JobFailedException, "NO_DATA_FOUND_IN_FILE", lambda: reader(target_pages="1000").parse(variant()), patience=60)
    assert err.error_code == "NO_DATA_FOUND_IN_FILE" and err.status == "ERROR"


@check("parse and every accessor of its result")
def _():
    result = state["result"] = reader(take_screenshot=True).parse(variant())
    assert len(result.pages) == state["pages"] and result.job_metadata.job_pages == state["pages"]
    kinds = {item.type for page in result.pages for item in page.items}
    assert {"heading", "text", "table"} <= kinds, kinds
    for page in result.pages:
        assert page.status == "OK" and page.width > 0 and page.text and page.md
        for item in page.items:
            assert None not in (item.bBox.x, item.bBox.y, item.bBox.w, item.bBox.h)
    for split in (False, True):
        want = state["pages"] if split else 1
        for get in (result.get_text_documents, result.get_markdown_documents, result.get_text_nodes, result.get_markdown_nodes):
            assert len(get(split_by_page=split)) == want, get.__name__
    assert result.get_markdown().split("\n---\n")[0] == result.pages[0].md
    assert result.get_text().split("\n---\n")[0] == result.pages[0].text
    assert len(result.get_json()["pages"]) == state["pages"]
    names = result.get_image_names()
    shots = [n for n in names if n.startswith("page_")]
    assert len(shots) == state["pages"] and len(names) > len(shots), names
    assert result.get_image_data(shots[0]).startswith(b"\xff\xd8")
    assert Path(result.save_image(shots[0], str(scratch / "one"))).stat().st_size > 0
    assert len(result.save_all_images(str(scratch / "all"))) == len(names)
    assert len(result.get_image_documents(include_object_images=False)) == len(shots)
    assert len(result.get_image_nodes(image_download_dir=str(scratch / "nodes"))) == len(names)
    assert result.get_xlsx_data().startswith(b"PK")


@check("the asyncio accessors of a result")
def _():
    async def run():
        p = reader(take_screenshot=True)
        result = await p.aparse(variant())
        for get in (result.aget_text_documents, result.aget_markdown_documents, result.aget_text_nodes, result.aget_markdown_nodes):
            assert len(await get(split_by_page=True)) == state["pages"]
        assert await result.aget_text() and await result.aget_markdown() and (await result.aget_json())["pages"]
        name = result.get_image_names()[0]
        assert await result.aget_image_data(name) and await result.aget_xlsx_data()
        await result.asave_image(name, str(scratch / "async"))
        await result.asave_all_images(str(scratch / "async"))
        assert await result.aget_image_documents() and await result.aget_image_nodes()
        assert (await p.aget_result(result.job_id)).pages

    asyncio.run(run())


@check("get_json_result, get_json, and what can be fetched for them")
def _():
    p = reader(take_screenshot=True)
    found = p.get_json_result(variant())
    assert found[0]["job_id"] and len(found[0]["pages"]) == state["pages"]
    assert p.get_json(variant())[0]["pages"]
    assert len(p.get_images(found, str(scratch / "images"))) > state["pages"]
    assert p.get_charts(found, str(scratch / "charts")) == []
    assert Path(p.get_xlsx(found, str(scratch / "xlsx"))[0]["path"]).read_bytes().startswith(b"PK")
    assert p.get_tables(found, str(scratch / "tables"))

    async def run():
        p = reader(take_screenshot=True)
        found = await p.aget_json(variant())
        assert await p.aget_images(found, str(scratch / "aimages")) and await p.aget_charts(found, str(scratch / "acharts")) == []
        assert await p.aget_xlsx(found, str(scratch / "axlsx")) and await p.aget_tables(found, str(scratch / "atables"))
        assert await p.aget_assets(found, str(scratch / "assets"), "images")

    asyncio.run(run())


@check("get_result of jobs of either API")
def _():
    assert len(reader().get_result(state["result"].job_id).pages) == state["pages"]
    job = httpx.post(f"{URL}/api/v2/parse/upload", headers={"Authorization": f"Bearer {KEY}"}, files={"file": ("v2.pdf", Path(variant()).read_bytes())},
                     data={"configuration": '{"tier":"fast","version":"latest"}'}).json()
    first, second = reader().get_result([state["result"].job_id, job["id"]])
    assert len(first.pages) == len(second.pages) == state["pages"]


class Web(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(SAMPLE.read_bytes())

    def do_POST(self):
        state["posted"].put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@check("an address instead of a file")
def _():
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    state["web"] = f"http://127.0.0.1:{web.server_port}/report.pdf"
    assert len(reader().load_data(state["web"])) == state["pages"]


@check("webhook_url gets the whole result")
def _():
    state["posted"] = queue.Queue()
    docs = reader(webhook_url=state["web"]).load_data(variant())
    message = state["posted"].get(timeout=20)
    assert message["md"].split("\n---\n") == [d.text for d in docs]
    assert len(message["json"]) == state["pages"] and message["txt"] and "img_p1_1.png" in message["images"]


def generated(client, call):
    """Everything llama-cloud 0.1 has for v1 jobs. Its upload sends JSON, which
    carries an address but no file, and wants every field."""
    import inspect
    import typing

    blank = {}
    for name, p in inspect.signature(client.parsing.upload_file).parameters.items():
        if p.default is inspect.Parameter.empty and p.kind is inspect.Parameter.KEYWORD_ONLY:
            kind = typing.get_origin(p.annotation) or p.annotation
            blank[name] = {bool: False, str: "", float: 0.0, list: []}[kind]
    job = call(client.parsing.upload_file(**blank | {"input_url": state["web"], "take_screenshot": True, "save_images": True, "do_not_cache": True}))
    shot = call(client.parsing.screenshot(
        input_url=state["web"], do_not_cache=True, http_proxy="", input_s_3_path="", input_s_3_region="", invalidate_cache=False, target_pages="0",
        job_timeout_extra_time_per_page_in_seconds=0, job_timeout_in_seconds=0, output_s_3_path_prefix="", output_s_3_region="", webhook_configurations="", webhook_url=""))
    reader().get_result([job.id, shot.id])  # waits
    p = client.parsing
    assert call(p.get_job(job.id)).status == "SUCCESS"
    assert call(p.get_parsing_job_details(job.id))["status"] == "SUCCESS"
    assert call(p.get_job_parameters(job.id))["tier"] == "cost_effective"
    assert call(p.generate_presigned_url(job.id, "markdown.md")).url.startswith("http")
    assert len(call(p.get_job_json_result(job.id)).pages) == state["pages"]
    assert call(p.get_job_result(job.id)).markdown and call(p.get_job_text_result(job.id)).text
    call(p.get_job_image_result(job.id, "page_1.jpg"))
    call(p.get_job_image_result(shot.id, "page_1.jpg"))
    for binary in (p.get_job_raw_text_result, p.get_job_raw_xlsx_result):
        try:
            call(binary(job.id))  # takes every answer for JSON
        except UnicodeDecodeError as err:
            assert err.object.startswith((b"%PDF", b"PK"))
    rejects(ApiError, "no longer available", lambda: call(p.get_job_structured_result(job.id)))
    assert ".pdf" in [str(getattr(x, "value", x)) for x in call(p.get_supported_file_extensions())]
    rejects(ApiError, "not found", lambda: call(p.get_job("00000000-0000-0000-0000-000000000000")))


def files(client, call):
    f = client.files
    with open(variant(), "rb") as source:
        file = call(f.upload_file(upload_file=source, external_file_id="v1"))
    assert file.name == SAMPLE.name and file.file_type == "pdf"
    assert call(f.get_file(file.id)).id == file.id
    assert httpx.get(call(f.read_file_content(file.id)).url).content.startswith(SAMPLE.read_bytes())
    ticket = call(f.generate_presigned_url(name="later.pdf", file_size=4))
    assert httpx.put(ticket.url, content=b"%PDF").status_code == 204
    assert call(f.get_file(ticket.file_id)).file_size == 4
    assert call(f.upload_file_from_url(url=state["web"])).name == "report.pdf"
    call(f.delete_file(file.id))
    rejects(ApiError, "not found", lambda: call(f.get_file(file.id)))


@check("llama-cloud 0.1: parsing and files")
def _():
    client = LlamaCloud(token=KEY, base_url=URL, httpx_client=httpx.Client(event_hooks={"response": [look]}))
    generated(client, lambda x: x)
    files(client, lambda x: x)


@check("llama-cloud 0.1 for asyncio: parsing and files")
def _():
    loop = asyncio.new_event_loop()
    client = AsyncLlamaCloud(token=KEY, base_url=URL, httpx_client=httpx.AsyncClient(event_hooks={"response": [alook]}))
    generated(client, loop.run_until_complete)
    files(client, loop.run_until_complete)


@check("the file client of llama-cloud-services")
def _():
    async def run():
        cloud = AsyncLlamaCloud(token=KEY, base_url=URL, httpx_client=httpx.AsyncClient(event_hooks={"response": [alook]}))
        for direct in (False, True):
            client = FileClient(cloud, use_presigned_url=direct)
            path = variant()
            file = await client.upload_file(path, external_file_id="x.pdf")
            assert file.external_file_id == "x.pdf" and file.file_size == Path(path).stat().st_size
            assert await client.read_file_content(file.id) == Path(path).read_bytes()
            assert (await client.get_file(file.id)).id == file.id
            assert (await client.upload_bytes(b"%PDF-1.4 bytes", "y.pdf")).file_size == 14
            assert (await client.upload_content(path)).file_type == "pdf"
            with open(path, "rb") as source:
                assert (await client.upload_buffer(source, "z.pdf", Path(path).stat().st_size)).id

    asyncio.run(run())


suite.close()
