"""Names and release lines of real packages, the most popular first, and of a private channel that is made up.

The releases, builds and dates that the simulator gives them are made up.
"""

from __future__ import annotations

from itertools import chain, zip_longest

__all__ = ["PackageLine", "package_lines"]

#: A channel, a name, and the major and minor version from which the releases go on.
PackageLine = tuple[str, str, int, int]

_MAIN = """
    openssl=3.0 ca-certificates=2025.9 python=3.12 certifi=2025.1 sqlite=3.45 setuptools=72.1 pip=25.0
    zlib=1.2 xz=5.4 readline=8.2 ncurses=6.4 tk=8.6 libffi=3.4 bzip2=1.0 wheel=0.44 tzdata=2025.1
    libuuid=1.41 expat=2.6 numpy=2.0 pandas=2.2 requests=2.31 urllib3=2.1 idna=3.6 charset-normalizer=3.3
    cryptography=42.0 cffi=1.16 pycparser=2.21 packaging=24.0 six=1.16 pyyaml=6.0 scipy=1.13
    scikit-learn=1.5 matplotlib=3.9 jinja2=3.1 markupsafe=2.1 pillow=10.3 ipython=8.25 jupyter_client=8.6
    jupyter_core=5.7 notebook=7.2 jupyterlab=4.2 spyder=6.0 anaconda-client=1.12 conda=25.1 menuinst=2.1
    ruamel.yaml=0.18 tqdm=4.66 boto3=1.34 botocore=1.34 s3transfer=0.10 sqlalchemy=2.0 lxml=5.2
    beautifulsoup4=4.12 nltk=3.8 gensim=4.3 statsmodels=0.14 numba=0.60 llvmlite=0.43 numexpr=2.10
    bottleneck=1.4 mkl=2024.0 mkl-service=2.4 intel-openmp=2024.0 blas=1.0 h5py=3.11 hdf5=1.14 pytables=3.10
    openpyxl=3.1 xlrd=2.0 networkx=3.3 sympy=1.13 mpmath=1.3 cython=3.0 psutil=5.9 pywin32=306.0 pyqt=5.15
    qt-main=5.15 sip=6.7 pyopenssl=24.2 brotli=1.0 keyring=24.3 navigator-updater=0.5 pycosat=0.6
    libarchive=3.7 libxml2=2.13 libxslt=1.1 icu=73.1 freetype=2.13 libpng=1.6 jpeg=9.5 libtiff=4.5
    libwebp=1.3 lcms2=2.16 zstd=1.5 lz4-c=1.9 libcurl=8.9 libssh2=1.11 libnghttp2=1.57 c-ares=1.19 krb5=1.20
"""
_FORGE = """
    libgcc=14.1 libstdcxx=14.1 python_abi=3.12 libblas=3.9 liblapack=3.9 libopenblas=0.3 libexpat=2.6
    liblzma=5.6 pyarrow=17.0 polars=1.5 duckdb=1.1 pytorch=2.4 torchvision=0.19 transformers=4.44
    tokenizers=0.19 datasets=2.21 huggingface_hub=0.24 accelerate=0.33 safetensors=0.4 xgboost=2.1
    lightgbm=4.5 catboost=1.2 geopandas=1.0 shapely=2.0 gdal=3.9 proj=9.4 rasterio=1.3 fiona=1.9
    cartopy=0.23 xarray=2024.7 dask=2024.8 distributed=2024.8 zarr=2.18 fsspec=2024.6 s3fs=2024.6
    netcdf4=1.7 libnetcdf=4.9 nodejs=20.9 ffmpeg=7.0 opencv=4.10 imageio=2.35 scikit-image=0.24 plotly=5.23
    bokeh=3.5 altair=5.4 seaborn=0.13 streamlit=1.37 dash=2.17 fastapi=0.112 uvicorn=0.30 starlette=0.38
    httpx=0.27 aiohttp=3.10 pydantic=2.8 pydantic-core=2.20 typing_extensions=4.12 attrs=24.2
    jsonschema=4.23 rich=13.7 click=8.1 typer=0.12 poetry=1.8 ruff=0.6 black=24.8 mypy=1.11 pytest=8.3
    pytest-cov=5.0 pre-commit=3.8 git=2.46 gh=2.55 cmake=3.30 ninja=1.12 rust=1.80 go=1.22 openjdk=22.0
    maven=3.9 r-base=4.4 r-ggplot2=3.5 r-dplyr=1.1 r-tidyverse=2.0 r-essentials=4.4 bioconductor-deseq2=1.44
    biopython=1.84 pysam=0.22 rdkit=2024.3 openmm=8.1 ase=3.23 fenics=2019.1 cupy=13.2 jax=0.4 jaxlib=0.4
    optax=0.2 tensorflow=2.17 keras=3.4 snakemake=8.16 nextflow=24.4 mlflow=2.15 wandb=0.17 hydra-core=1.3
    pyspark=3.5 kafka-python=2.0 psycopg2=2.9 postgresql=16.4 redis-py=5.0 awscli=2.17
    google-cloud-storage=2.18 azure-core=1.30 terraform=1.9
"""
_PRIVATE = """
    acme-etl=4.2 acme-auth=1.9 acme-models=0.31 acme-plotting=2.3 acme-reports=0.8 acme-schemas=7.1
"""
#: Each private package follows this many public ones.
_PUBLIC_BEFORE_PRIVATE = 24


def package_lines() -> list[PackageLine]:
    """Return the packages of three channels, the most popular first. No name occurs twice."""
    main, forge, private = (
        _lines(channel, text)
        for channel, text in (("pkgs/main", _MAIN), ("conda-forge", _FORGE), ("acme", _PRIVATE))
    )
    pairs = zip_longest(main, forge)
    lines = [line for line in chain.from_iterable(pairs) if line is not None]
    for place, line in enumerate(private, start=1):
        lines.insert(place * _PUBLIC_BEFORE_PRIVATE, line)
    return lines


def _lines(channel: str, text: str) -> list[PackageLine]:
    lines = []
    for entry in text.split():
        name, _, version = entry.partition("=")
        major, minor = version.split(".")
        lines.append((channel, name, int(major), int(minor)))
    return lines
