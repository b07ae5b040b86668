#!/usr/bin/env python3
"""A small OCR server for Recto: Tesseract behind HTTP, as docs/ocr.md describes.

    RECTO_OCR_KEY=secret python3 docs/ocr-server.py 127.0.0.1:8090
    RECTO_OCR_KEY=secret recto parse --ocr http://127.0.0.1:8090/ scan.pdf

Put another engine into recognize() to make it yours.
"""
import json, os, subprocess, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEY = os.environ.get("RECTO_OCR_KEY", "")
PACKS = {"de": "deu", "en": "eng", "fr": "fra", "es": "spa", "it": "ita", "ch_sim": "chi_sim"}


def recognize(picture: bytes, languages: list[str]) -> list[dict]:
    """Words of a PNG: text, box in pixels, confidence 0-1, number of line and block."""
    packs = "+".join(PACKS[c] for c in languages if c in PACKS) or "eng"
    out = subprocess.run(["tesseract", "-", "-", "--psm", "3", "-l", packs, "tsv"], input=picture,
                         capture_output=True, check=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"}).stdout
    words, lines = [], {}
    for row in out.decode().splitlines()[1:]:
        f = row.split("\t")
        if f[0] == "5" and f[11].strip():
            x, y, w, h = map(int, f[6:10])
            words.append({"text": f[11], "box": [x, y, x + w, y + h], "confidence": max(0, float(f[10])) / 100,
                          "line": lines.setdefault(tuple(f[2:5]), len(lines)), "block": int(f[2])})
    return words


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        picture = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if KEY and self.headers.get("Authorization") != "Bearer " + KEY:
            return self.answer(401, {"error": "wrong key"})
        languages = parse_qs(urlsplit(self.path).query).get("languages", [""])[0].split(",")
        try:
            self.answer(200, {"words": recognize(picture, languages)})
        except subprocess.CalledProcessError as e:
            self.answer(422, {"error": e.stderr.decode(errors="replace")[-200:]})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8090").rsplit(":", 1)
    ThreadingHTTPServer((host, int(port)), Handler).serve_forever()
