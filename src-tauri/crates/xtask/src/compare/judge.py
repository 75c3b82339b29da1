"""Judges both programs' mattes and pictures by the same measure: judge.py FRAMES OURS PEER → JSON."""

import json
import pathlib
import sys

import cv2
import numpy as np

frames, ours, peer = map(pathlib.Path, sys.argv[1:4])
BLUE = np.array([255, 197, 100])


def cut(alpha, crop):
    scale = 480 / crop["w"]
    move = np.array([[scale, 0, (0.5 - crop["x"] - 0.5 / scale) * scale], [0, scale, (0.5 - crop["y"] - 0.5 / scale) * scale]])
    return cv2.warpAffine(alpha, move, (480, 640), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def as_part(picture):
    return picture.astype(np.float32) / (65535 if picture.dtype == np.uint16 else 255)


def errors(found, real):
    soft = ((real > 0.02) & (real < 0.98)).astype(np.uint8)
    band = cv2.dilate(soft, np.ones((21, 21), np.uint8)) > 0
    off = np.abs(found - real)
    return off.mean() * 1000, off[band].mean() * 1000


def corners(path):
    data = path.read_bytes()
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    both = np.concatenate([picture[:60, :60].reshape(-1, 3), picture[:60, -60:].reshape(-1, 3)]).astype(int)
    off = np.abs(both - BLUE).max(1)
    return (off > 2).mean() * 100, len(data) - data.rfind(b"\xff\xd9") - 2


rows = {"ours": [], "peer": []}
rolled = total = 0
for case in sorted(frames.iterdir()):
    about, found = ours / f"{case.name}.json", peer / "mattes" / f"{case.name}.alpha.png"
    if not about.exists() or not found.exists() or not (peer / f"{case.name}.jpg").exists():
        continue
    crop = json.loads(about.read_text())["crop"]
    real = cv2.imread(str(case / "alpha.png"), cv2.IMREAD_UNCHANGED)
    if real is None:
        continue
    real = cut(as_part(real if real.ndim == 2 else real[:, :, 0]), crop)
    total += 1
    # A head that was levelled is reported with an angle of exactly 0.
    rolled += json.loads((peer / f"{case.name}.json").read_text())["roll"] == 0.0
    mine = as_part(cv2.imread(str(ours / f"{case.name}.alpha.png"), 0))
    theirs = cut(as_part(cv2.imread(str(found), 0)), crop)
    rows["ours"].append(errors(mine, real) + corners(ours / f"{case.name}.jpg"))
    rows["peer"].append(errors(theirs, real) + corners(peer / f"{case.name}.jpg"))
names = ["whole", "band", "corner_percent", "padding"]
print(json.dumps({
    **{k: dict(zip(names, map(float, np.mean(v, 0)))) for k, v in rows.items()}, "frames": total, "rolled": rolled,
}))
