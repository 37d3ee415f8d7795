"""What the field calls things: names of vehicles, makers, places and nicknames that an article uses and a feed does not."""

from __future__ import annotations

import re
from collections.abc import Mapping


def table(lines: str) -> Mapping[str, tuple[str, ...]]:
    """Read lines of `key = word, word`; all of them folded, as bot/rules/prose.py folds."""
    parts = (line.partition(" = ") for line in lines.strip().splitlines())
    return {key: tuple(words.split(", ")) for key, _, words in parts}


VEHICLES = table(
    """
angara a5 = angara
angara 1 = angara
antares = antares
ariane 62 = ariane 6
ariane 64 = ariane 6
atlas 5 = atlas 5
delta 4 = delta 4
epsilon = epsilon
falcon 9 = falcon 9, falcon9, f9
falcon heavy = falcon heavy
firefly alpha = firefly alpha, alpha rocket, alpha
gslv mk = gslv, geosynchronous satellite launch vehicle
launch vehicle mark = lvm3, lvm 3, gslv mk 3
h iia = h2a, h 2a, h iia
h iib = h2b, h iib
h3 = h3
kslv 2 = nuri, kslv 2
kinetica = kinetica, lijian
launcherone = launcherone, launcher one
long march = long march
minotaur = minotaur
new glenn = new glenn
new shepard = new shepard
pegasus = pegasus
proton m = proton
pslv = pslv, polar satellite launch vehicle
rfa one = rfa one, rfa
smart dragon = smart dragon, jielong
soyuz 2 = soyuz, soyuz 2
soyuz fg = soyuz
soyuz st = soyuz
space launch system = space launch system, sls, moon rocket
sls = space launch system, sls, moon rocket
spaceshiptwo = spaceshiptwo, vss unity, virgin galactic
starship = starship, super heavy
terran 1 = terran 1
vega c = vega c
vega = vega
vulcan = vulcan, vulcan centaur
zhuque = zhuque
astra rocket 3 = astra, rocket 3
kuaizhou = kuaizhou
haste = haste
"""
)
"""First words of a rocket's name -> how it is called in prose, its common name first."""

MAKERS = table(
    """
space exploration = spacex
united launch alliance = ula
china = china, chinese, casc
russian = roscosmos, russia, russian
indian space = isro, india, indian
japan = jaxa, japan, japanese
mitsubishi = mhi, japan, japanese, jaxa
national aeronautics = nasa
korea = kari, south korea, south korean
iran = iran, iranian
islamic = iran, iranian
avio = avio, europe
arianespace = arianespace, europe
rocket factory = rfa
astra space = astra
firefly = firefly
isar = isar
european space agency = esa, europe
galactic energy = chinese
expace = chinese
landspace = chinese
space pioneer = chinese
cas space = chinese
national aerospace development = north korea, north korean
israel = israel, israeli
"""
)
"""Words of a provider's name -> short names, and the country that a headline says instead."""

SITES = table(
    """
canaveral = cape canaveral, the cape, florida, space coast, canaveral, cape
kennedy = kennedy space center, kennedy, ksc, florida, space coast, cape canaveral, cape
vandenberg = vandenberg, california, west coast, vsfb
starbase = starbase, boca chica, texas
corn ranch = west texas, van horn, corn ranch, texas
mahia = mahia, new zealand
onenui = mahia, new zealand
wallops = wallops, virginia
guiana = kourou, french guiana, guiana, europe spaceport, south america
baikonur = baikonur, kazakhstan
plesetsk = plesetsk
vostochny = vostochny
jiuquan = jiuquan, gobi
taiyuan = taiyuan
xichang = xichang
wenchang = wenchang, hainan
haiyang = haiyang, yellow sea, shandong
satish = sriharikota, satish dhawan
tanegashima = tanegashima
uchinoura = uchinoura
kii = wakayama, kii
hokkaido = hokkaido, taiki
alaska = kodiak, alaska
naro = naro
andoya = andoya, norway
saxavord = saxavord, shetland, unst, scotland
cornwall = cornwall, spaceport cornwall
spaceport america = spaceport america, new mexico
esrange = esrange, kiruna
alcantara = alcantara
semnan = semnan
kwajalein = kwajalein, marshall islands
bowen = bowen, queensland
sohae = sohae
"""
)
"""A word of the location -> how the place is called."""

REGIONS = frozenset({"florida", "california", "texas", "the cape", "cape", "west coast", "space coast", "alaska", "virginia"})
"""Regions where other things happen too: naming one does not say that a launch elsewhere is not meant."""
PLACES = frozenset(word for names in SITES.values() for word in names) - REGIONS
"""Places whose name says that a launch elsewhere is not meant."""

NICKNAMES = tuple(
    (re.compile(pattern), names)
    for pattern, names in table(
        r"""
^crew \d+$ = crew dragon, commercial crew, crew rotation, spacex crew mission, crew mission, dragon spacecraft, dragon
starliner = starliner, cst 100, commercial crew
^axiom space mission|^ax \d = private astronaut mission, private astronaut, private crew, private astronauts, axiom, axiom space
^inspiration4 = all civilian, civilian crew, private crew
soyuz ms = soyuz ms, soyuz spacecraft, soyuz crew
progress ms = progress, cargo, resupply, cargo ship
spx (?:crs )?\d+|crs 2 spx = cargo dragon, dragon, resupply, commercial resupply, dragon cargo
cygnus = cygnus, resupply
^artemis \d = sls, orion, moon rocket, around the moon, moon mission, lunar flyby
shenzhou = tiangong, chinese astronauts, taikonauts, chinese space station
tianzhou = tiangong, cargo, chinese space station
rideshare|transporter|bandwagon = rideshare, rideshare mission, smallsat rideshare
amazon leo|kuiper = amazon leo, project kuiper, kuiper, amazon
^nrol = nro, national reconnaissance office, spy satellite, spy satellites
^ussf|^afspc = space force, national security, u s space force
strix = synspective
iqps = iqps, qps
snc|dream chaser = dream chaser, sierra space
nova c|im \d = intuitive machines, nova c
blue ghost = firefly, firefly aerospace, firefly lander
peregrine|griffin = astrobotic
galileo = galileo
gps 3 = gps, gps 3
"""
    ).items()
)
"""A pattern on the folded name of a mission -> what prose says in its place."""
