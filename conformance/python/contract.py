"""What answers must look like, checked on every one that passes by.

A shape lists fields. A star marks one that must be there and not null; the
others may be null or absent. Unknown fields are fine, unknown kinds are not.
Types: str int num bool any time uuid url, 'literal', [list], {map}, Name of a
shape; | parts alternatives, ? allows null inside lists and maps."""

import datetime
import re
import uuid
from urllib.parse import urlsplit

SHAPES = {
    "ParseJob": """id* str, project_id* str, status* 'PENDING'|'RUNNING'|'COMPLETED'|'FAILED'|'CANCELLED', created_at time, updated_at time,
        error_message str, name str, tier str, user_metadata {str}, usage JobUsage""",
    "JobUsage": "credits num",
    "JobList": "items* [ParseJob], next_page_token str, total_size int",
    "DeletedJob": "id* str, project_id* str",
    "Versions": "fast* [str], cost_effective* [str], agentic* [str], agentic_plus* [str], latest {str}",
    "ParseResult": """job* ParseJob, text TextResult, markdown MarkdownResult, items ItemsResult, metadata MetadataResult, forms FormsResult,
        text_full str, markdown_full str, images_content_metadata Images, result_content_metadata {ResultFile}, job_metadata {any?}, raw_parameters {any?}""",
    "ResultFile": "size_bytes* int, exists bool, presigned_url url",
    "TextResult": "pages* [TextPage]",
    "TextPage": "page_number* int, text* str",
    "MarkdownResult": "pages* [MarkdownPage|FailedPage]",
    "MarkdownPage": "page_number* int, success* 'True', markdown* str, header str, footer str, line_numbers [LineNumber]",
    "LineNumber": "line_number* int, start_index* int, end_index* int",
    "FailedPage": "page_number* int, success* 'False', error* str",
    "ItemsResult": "pages* [ItemsPage|FailedPage]",
    "ItemsPage": "page_number* int, success* 'True', page_width* num, page_height* num, items* [Text|Heading|List|Code|Table|Image|Link|Furniture]",
    "Text": "type* 'text', md* str, value* str, bbox [Box]",
    "Heading": "type* 'heading', md* str, value* str, level* int, bbox [Box]",
    "List": "type* 'list', md* str, ordered* bool, items* [Text|List], bbox [Box]",
    "Code": "type* 'code', md* str, value* str, language str, bbox [Box]",
    "Table": """type* 'table', md* str, html* str, csv* str, rows* [[str|num?]], merged_from_pages [int], merged_into_page int,
        parse_concerns [Concern], bbox [Box]""",
    "Concern": "type* str, details* str",
    "Image": "type* 'image', md* str, caption* str, url* str, bbox [Box]",
    "Link": "type* 'link', md* str, text* str, url* str, bbox [Box]",
    "Furniture": "type* 'header'|'footer', md* str, items* [Text|Heading|List|Code|Table|Image|Link], bbox [Box]",
    "Box": "x* num, y* num, w* num, h* num, r num, confidence num, label str, start_index int, end_index int",
    "MetadataResult": "pages* [MetadataPage]",
    "MetadataPage": """page_number* int, confidence num, speaker_notes str, slide_section_name str, printed_page_number str,
        original_orientation_angle int, cost_optimized bool, triggered_auto_mode bool""",
    "FormsResult": "pages* [any]",
    "Images": "total_count* int, images* [SavedImage]",
    "SavedImage": """index* int, filename* str, content_type str, size_bytes int, presigned_url url,
        category 'screenshot'|'embedded'|'layout', bbox ImageBox""",
    "ImageBox": "x* int, y* int, w* int, h* int",
    "File": """id* str, name* str, project_id* uuid, external_file_id str, file_type str, last_modified_at time, expires_at time, purpose str,
        download_url Presigned""",
    "FileList": "items* [File], next_page_token str, total_size int",
    "Presigned": "url* url, expires_at* time, form_fields {str}",
    "Configuration": "id* str, name* str, product_type* 'parse_v2', version* str, parameters* ParseParameters, created_at time, updated_at time",
    "ParseParameters": "product_type* 'parse_v2', tier* str, version* str",
    "ConfigurationList": "items* [Configuration], next_page_token str, total_size int",
    "WebhookConfig": """id* str, tenant_type* 'project', tenant_id* str, webhook_url* url, has_secret* bool, webhook_headers {str}, webhook_events [str],
        webhook_output_format 'string'|'json', created_at time, updated_at time""",
    "WebhookConfigList": "items* [WebhookConfig], next_page_token str, total_size int",
    "Project": "id* uuid, name* str, organization_id* uuid, is_default bool, created_at time, updated_at time",
    "ProjectList": "items* [Project], next_page_token str, total_size int",
    "V1Job": "id* uuid, status* 'PENDING'|'SUCCESS'|'ERROR'|'PARTIAL_SUCCESS'|'CANCELLED', error_code str, error_message str",
    "V1Text": "text* str, job_metadata* V1Metadata",
    "V1Markdown": "markdown* str, job_metadata* V1Metadata",
    "V1Pages": "pages* [V1Page], job_metadata* V1Metadata",
    "V1Metadata": "job_pages* int, job_is_cache_hit* bool, job_auto_mode_triggered_pages* int, job_credits_usage* num, credits_used* num",
    "V1Page": """page* int, text* str, md* str, images* [V1Image], charts* [any], tables* [any], layout* [V1Layout], items* [V1Item], status* str,
        links* [any], width* num, height* num, triggeredAutoMode* bool, parsingMode* str, noStructuredContent* bool, noTextContent* bool""",
    "V1Image": "name* str, x* num, y* num, width* num, height* num, original_width* int, original_height* int, type* str",
    "V1Layout": "image* str, confidence* num, label* str, bbox* Box, isLikelyNoise* bool",
    "V1Item": "type* 'heading'|'text'|'table', md* str, bBox* Box, value str, lvl int, rows [[any?]], html str, csv str, lines [V1Line]",
    "V1Line": "md* str, text* str, startIndex* int, endIndex* int, bBox* Box",
    "V1File": """id* uuid, name* str, project_id* uuid, file_size int, file_type str, external_file_id str, created_at time, updated_at time,
        last_modified_at time, data_source_id str, permission_info {any?}, resource_info {any?}""",
    "V1Ticket": "file_id* uuid, url* url, expires_at* time, form_fields {str}",
    "Error": "detail* str|[Complaint], correlation_id str",
    "Complaint": "type* str, loc* [str|int], msg* str",
}

V1 = "/api(/v1)?/parsing"
ROUTES = [  # method, path, status, shape
    ("POST", "/api/v2/parse(/upload)?", 200, "ParseJob"),
    ("GET", "/api/v2/parse", 200, "JobList"),
    ("GET", "/api/v2/parse/versions", 200, "Versions"),
    ("GET", "/api/v2/parse/[^/]+", 200, "ParseResult"),
    ("POST", "/api/v2/parse/[^/]+/cancel", 200, "ParseJob"),
    ("DELETE", "/api/v2/parse/[^/]+", 200, "DeletedJob"),
    ("POST", "/api/v1/beta/files", 201, "File"),
    ("POST", "/api/v1/beta/files/query", 200, "FileList"),
    ("GET", "/api/v1/beta/files", 200, "FileList"),
    ("GET", "/api/v1/beta/files/[^/]+", 200, "File"),
    ("GET", "/api/v1(/beta)?/files/[^/]+/content", 200, "Presigned"),
    ("DELETE", "/api/v1(/beta)?/files/[^/]+", 204, None),
    ("POST", "/api/v1/beta/configurations", 201, "Configuration"),
    ("GET", "/api/v1/beta/configurations", 200, "ConfigurationList"),
    ("(GET|PUT)", "/api/v1/beta/configurations/[^/]+", 200, "Configuration"),
    ("DELETE", "/api/v1/beta/configurations/[^/]+", 204, None),
    ("POST", "/api/v1/beta/webhook-configs", 201, "WebhookConfig"),
    ("GET", "/api/v1/beta/webhook-configs", 200, "[WebhookConfig]"),
    ("(GET|PUT)", "/api/v1/beta/webhook-configs/[^/]+", 200, "WebhookConfig"),
    ("DELETE", "/api/v1/beta/webhook-configs/[^/]+", 204, None),
    ("GET", "/api/v2/webhook-configs", 200, "WebhookConfigList"),
    ("GET", "/api/v1/projects", 200, "[Project]"),
    ("GET", "/api/v2/projects", 200, "ProjectList"),
    ("GET", "/api/v[12]/projects/[^/]+", 200, "Project"),
    ("POST", V1 + "/(upload|screenshot)", 200, "V1Job"),
    ("GET", V1 + "/supported_file_extensions", 200, "[str]"),
    ("GET", V1 + "/job/[^/]+", 200, "V1Job"),
    ("GET", V1 + "/job/[^/]+/(details|parameters)", 200, "{any?}"),
    ("GET", V1 + "/job/[^/]+/read/[^/]+", 200, "Presigned"),
    ("GET", V1 + "/job/[^/]+/result/text", 200, "V1Text"),
    ("GET", V1 + "/job/[^/]+/result/markdown", 200, "V1Markdown"),
    ("GET", V1 + "/job/[^/]+/result/json", 200, "V1Pages"),
    ("GET", V1 + "/job/[^/]+/result/(xlsx|pdf|raw/.+|image/.+)", 200, None),
    ("POST", "/api/v1/files", 200, "V1File"),
    ("PUT", "/api/v1/files", 200, "V1Ticket"),
    ("PUT", "/api/v1/files/upload_from_url", 200, "V1File"),
    ("GET", "/api/v1/files/[^/]+", 200, "V1File"),
]


def verify(method, path, status, body):
    """Raises AssertionError when an answer is not what the contract says. body
    is called for the JSON only when there should be some."""
    if status >= 400:
        fits("Error", body(), f"{method} {path} {status}")
        return
    for verb, pattern, want, shape in ROUTES:
        if re.fullmatch(verb, method) and re.fullmatch(pattern, path):
            assert status == want, f"{method} {path}: status {status}, want {want}"
            if shape:
                fits(shape, body(), f"{method} {path}")
            return
    raise AssertionError(f"the contract does not say what {method} {path} answers")


def fits(kind, value, at):
    """Raises AssertionError unless the value has the type."""
    if kind.endswith("?"):
        if value is None:
            return
        kind = kind[:-1]
    options = split(kind, "|")
    if len(options) > 1:
        errors = []
        for option in options:
            try:
                return fits(option, value, at)
            except AssertionError as err:
                errors.append(str(err))
        # The alternative that got furthest tells most.
        raise AssertionError(max(errors, key=lambda e: e.count(".") + e.count("[")))
    if kind.startswith("["):
        assert isinstance(value, list), f"{at} is no list: {value!r:.200}"
        for i, x in enumerate(value):
            fits(kind[1:-1], x, f"{at}[{i}]")
        return
    if kind.startswith("{"):
        assert isinstance(value, dict), f"{at} is no object: {value!r:.200}"
        for k, x in value.items():
            fits(kind[1:-1], x, f"{at}.{k}")
        return
    if kind.startswith("'"):
        assert str(value) == kind[1:-1], f"{at} is {value!r:.200}, want {kind}"
        return
    if kind in SHAPES:
        assert isinstance(value, dict), f"{at} is no object: {value!r:.200}"
        for field in split(SHAPES[kind], ","):
            name, inner = field.split(maxsplit=1)
            must, name = name.endswith("*"), name.rstrip("*")
            if value.get(name) is None:
                assert not must, f"{at}.{name} is missing in a {kind}"
                continue
            fits(inner, value[name], f"{at}.{name}")
        return
    assert LEAVES[kind](value), f"{at} is {value!r:.200}, want {kind}"


def split(text, at):
    """Splits outside of brackets."""
    parts, depth = [""], 0
    for c in text:
        depth += (c in "[{") - (c in "]}")
        if c == at and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [p.strip() for p in parts]


def is_time(v):
    try:
        return isinstance(v, str) and datetime.datetime.fromisoformat(v).tzinfo is not None
    except ValueError:
        return False


def is_uuid(v):
    try:
        return isinstance(v, str) and str(uuid.UUID(v)) == v
    except ValueError:
        return False


LEAVES = {
    "any": lambda v: v is not None,
    "str": lambda v: isinstance(v, str),
    "bool": lambda v: isinstance(v, bool),
    "int": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "num": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "time": is_time,
    "uuid": is_uuid,
    "url": lambda v: isinstance(v, str) and urlsplit(v).scheme in ("http", "https") and bool(urlsplit(v).netloc),
}
