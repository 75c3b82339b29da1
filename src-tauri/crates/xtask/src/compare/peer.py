"""Runs the peer (pyhivision) on booth frames and prints its figures as JSON.

peer.py MODNET FRAMES OUT MODE THREADS ROUNDS
MODE: kept (one pipeline for all pictures) or each (the package's one-call interface, which loads the model per picture).
THREADS: of one inference; 0 leaves what the package sets.
"""

import json
import pathlib
import resource
import shutil
import sys
import time

import cv2
import numpy as np

modnet, frames, out, mode = (pathlib.Path(a) if i < 3 else a for i, a in enumerate(sys.argv[1:5]))
threads, rounds = int(sys.argv[5]), int(sys.argv[6])

from loguru import logger

logger.remove()
import pyhivision.core.model_manager as manager
from pyhivision import IDPhotoSDK, PhotoRequest, create_settings
from pyhivision.utils.compression import compress_to_kb

if threads:
    real = manager.ort.InferenceSession

    def session(path, sess_options=None, **more):
        # The face detector asks for the runtime's own choice; only what the package limits is raised.
        if sess_options is not None:
            sess_options.intra_op_num_threads = threads
        return real(path, sess_options=sess_options, **more)

    manager.ort.InferenceSession = session

out.mkdir(parents=True, exist_ok=True)
models = out / "models"
models.mkdir(exist_ok=True)
target = models / "modnet_photographic_portrait_matting.onnx"
if not target.exists():
    shutil.copy(modnet, target)
settings = create_settings(matting_models_dir=models)
BLUE = (100, 197, 255)


def request(image, matte=False):
    return PhotoRequest(image=image, size=(640, 480), background_color=BLUE, render_hd=False, render_matting=matte)


def processor_ms():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000


pipeline = IDPhotoSDK.create(settings) if mode == "kept" else None
wall, cpu, failed = [], [], 0
for turn in range(rounds + 1):
    for case in sorted(frames.iterdir()):
        frame = next((case / f for f in ("frame.jpg", "frame.png") if (case / f).exists()), None)
        if frame is None:
            continue
        image = cv2.imread(str(frame))
        began, used = time.perf_counter(), processor_ms()
        try:
            if pipeline:
                result = pipeline.process_single(request(image))
            else:
                with IDPhotoSDK.create(settings) as one:
                    result = one.process_single(request(image))
            jpeg = compress_to_kb(result.standard, 38)
        except Exception as error:
            failed += turn == 0
            print(case.name, error, file=sys.stderr)
            continue
        if turn:
            wall.append((time.perf_counter() - began) * 1000)
            cpu.append(processor_ms() - used)
        elif pipeline:
            (out / f"{case.name}.jpg").write_bytes(jpeg)
            (out / f"{case.name}.json").write_text(json.dumps({"roll": result.face_info.roll_angle}))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if pipeline and not (out / "mattes").exists():
    (out / "mattes").mkdir()
    for case in sorted(frames.iterdir()):
        frame = next((case / f for f in ("frame.jpg", "frame.png") if (case / f).exists()), None)
        try:
            result = pipeline.process_single(request(cv2.imread(str(frame)), True))
            cv2.imwrite(str(out / "mattes" / f"{case.name}.alpha.png"), result.matting[:, :, 3])
        except Exception:
            pass
print(json.dumps({
    "median": float(np.median(wall)), "p95": float(np.quantile(wall, 0.95)), "cpu": float(np.median(cpu)),
    "least": min(wall), "peak_kb": peak, "pictures": len(wall), "failed": failed,
}))
