"""Words that are part of some mission's name or description, and of every other sentence too: alone they name nothing."""

PLAIN = frozenset(
    """
abort about above acceleration accelerator acquisition active activity administration advanced advisory aerospace after again
agency agenda agile agreement ahead aim air all alliance alpha also america american amp an analysis and anomaly another antenna
aperture apollo appears april architecture army array as ascent association asteroid astronaut astronomy at atmosphere atmospheric
atomic august authority autonomous autonomy award awards awareness back band bandwidth based batch battle be beginning begins
believe belt belts beta between big black block blue board boost borne both british broadband broadcast built business by camera
can canadian cant capabilities capital capsule carbon care carrier catch cell center central centre century cert certification
challenge change changes charged child children china chinese cislunar class climate clock closer cloud clouds club cluster cold
collection college color come comet coming command commander commercial communication communications companion company complex
composite computing concept conference congress connect connection constellation contact continues continuous control core corona
corporation cosmic cost could council court crater crew crewed crust cryogenic cube cubesat cubesats current daily dark data
daughter dawn days dear debris debut december dedicated deep defence defense delta demo demonstration demonstrator deorbit
deployment derived development didnt digital direct director directorate discovery dish disk distant division docking dont double
dream dual dummy duration during dust each eagle early earth east eastern ecosystem education effect eight electric
electromagnetic electron electronic element embrace emergency emissions energy engine engineering enhanced enhancement enter
environment environmental escape europe european ever every experiment experimental exploration explorer explorers exposure
extended extension extraterrestrial extreme extremely eye facility failed family fast february federal field fifth final finally
fire first five flashes fleet flies flight fly focus follow following for force four fourth france french frequency friend from
full future galactic galaxy game gamma gases gateway gathering gen general generation geo geostationary german germany get giant
global goal goals god goddess gold good government gravitational gravity great greater green group habitation half hall hand hands
happen hard harvest have head heart heavy help here high home hop horizon host hosted hot house human hypersonic hyperspectral ice
idea image imager imaging in inc inclination india indian industrial industry information infrared initial initiative innovation
innovative inside insight inspection inspire institute instrument instruments integrated integration intelligence intensity
interceptor international internet interstellar inventory investigating investigation ion ionosphere iran island israel italian
italy its january japan japanese jason joint july june just key kind king km korea korean lab laboratory land lander landing large
laser last launch launcher layer lead leader leap learn leaves left legacy leo level lidar life light lightning like line link
links little live logistics long look looking looks loss lost love lovers low lower ltd luck lunar made maiden main make maker
management mapper mapping march mark market mars mass maximum may media medical medium member meteor microwave mid middle military
mind mini missile mission missions mobile modified module money monitor monitoring moon moons more mother mountain multi multimode
multiple music must name named nanosatellites nasa nation national navigation navy near nearby network never new next night nine
no noise north northern not note november now nuclear number object objects observation observations observatory observer
observing ocean october of office omega on one open operating operational operations opportunities optical orbit orbital orbiter
orbiting orbits order organization originally origins other others out outgoing outpost park part particle partnership pathfinder
payload payloads people perfect performance person phase physics pics pilot place planet planetary planning plasma platform point
polar pole positioning post power press pretty price prime private probably probe program programme project projects proliferated
propulsion prototype provides province public purpose quantum quasi quick radar radiation radio rain raise raising rapid rate rays
ready real reconnaissance record records recovery red region regional regolith relay remote removal report reporting rescue
research resolution resource resources retrograde return reusable review rich ride rideshare right ring rise rising risk road
robotic rocket rockets role rover ruby rule run running russia russian safe safety sail sale sample sar sat satcom satellite
satellites scale school science sciences scope scout sea season second secret security see sees senate sensing sensor september
series service services seven shape share shields shift ship short show shuttle side sign signal silver simple simulator site six
size sized sky small snow society software soil solar sound source south southern space spacecraft spaceflight spaceport spanish
specialist spectrometer spectrum speed sponsored sport spot stage star stars start state states station status step still stop
storm story strategic stream street strong structure student studies study suborbital subsurface suite summer summit sun super
support surface surveillance survey sustainable swarm synchronous synthetic system systems tactical target team tech technical
technologies technology telescope television temperature ten terminal terrestrial test testbed testing tests that the there
thermal these they things third this three time to together tool top topography total touch tracking trade tranche transfer
transition transport travel trip trust turn two ultra ultraviolet uncrewed under understanding union unique unit united universe
universities university unknown unprecedented up upgrade upper us use valve vast vehicle vehicles venture verification very view
vision vital voice war water wave waves way weather week west while white wide wideband will wind window wing wings winter with
without wonder work workshop world year you your zone
""".split()  # noqa: SIM905 - a list of words is read as prose
)
"""Folded: function words, words of science and engineering, countries, months. A capital in a headline lifts none of them."""
