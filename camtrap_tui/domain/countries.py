"""Countries and states as the geofence knows them: ISO 3166-1 alpha-3, and US states.

SpeciesNet takes any three letters and fences every species out of a country that it does
not know, so a code is checked here before it is used.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from camtrap_tui.errors import UsageError


@dataclass(frozen=True, slots=True)
class Country:
    """One entry of ISO 3166-1: three letters, two letters, English name."""

    alpha3: str
    alpha2: str
    name: str


def checked_country(text: str) -> str | None:
    """Return the alpha-3 code that `text` gives, in capitals; None for empty text.

    Raises UsageError for anything else, with the codes that were likely meant.
    """
    wanted = text.strip()
    if not wanted:
        return None
    if wanted.upper() in COUNTRIES:
        return wanted.upper()
    meant = _meant(wanted)
    known = " or ".join(f"{country.alpha3} ({country.name})" for country in meant)
    raise UsageError(
        f"Country {wanted!r} is no three-letter code of ISO 3166:",
        f"did you mean {known}?" if known else "give one such as USA, CAN or KEN.",
    )


def checked_admin1_region(country: str | None, text: str) -> str | None:
    """Return the state's two letters, in capitals; None for empty text.

    SpeciesNet's geofence knows states of the United States only. Raises UsageError for a
    state of another country, and for letters that are no state.
    """
    wanted = text.strip()
    if not wanted:
        return None
    if country != "USA":
        raise UsageError(
            f"Region {wanted!r} needs the country USA:", "the geofence knows states of no other."
        )
    if wanted.upper() in US_STATES:
        return wanted.upper()
    names = {name.casefold(): code for code, name in US_STATES.items()}
    near = difflib.get_close_matches(wanted.casefold(), names, n=3)
    near_codes = [] if len(wanted) > 2 else difflib.get_close_matches(wanted.upper(), US_STATES)
    codes = list(dict.fromkeys([names[name] for name in near] + near_codes))
    known = " or ".join(f"{code} ({US_STATES[code]})" for code in codes)
    raise UsageError(
        f"Region {wanted!r} is no state of the United States in two letters:",
        f"did you mean {known}?" if known else "give one such as IL or CA.",
    )


def _meant(text: str) -> list[Country]:
    """Return the countries that somebody who wrote `text` may have meant; at most three."""
    by_alpha2 = {country.alpha2: country for country in COUNTRIES.values()}
    by_alpha2["UK"] = COUNTRIES["GBR"]
    if text.upper() in by_alpha2:
        return [by_alpha2[text.upper()]]
    by_name = {country.name.casefold(): country for country in COUNTRIES.values()}
    starts = [name for name in by_name if name.startswith(text.casefold())]
    near = difflib.get_close_matches(text.casefold(), by_name, n=3, cutoff=0.7)
    found = [by_name[name] for name in dict.fromkeys(starts + near)]
    if not found and len(text) == 3:
        found = [COUNTRIES[code] for code in difflib.get_close_matches(text.upper(), COUNTRIES)]
    return found[:3]


_STATE_LINES = """
AL Alabama; AK Alaska; AZ Arizona; AR Arkansas; CA California; CO Colorado; CT Connecticut;
DE Delaware; FL Florida; GA Georgia; HI Hawaii; ID Idaho; IL Illinois; IN Indiana; IA Iowa;
KS Kansas; KY Kentucky; LA Louisiana; ME Maine; MD Maryland; MA Massachusetts; MI Michigan;
MN Minnesota; MS Mississippi; MO Missouri; MT Montana; NE Nebraska; NV Nevada;
NH New Hampshire; NJ New Jersey; NM New Mexico; NY New York; NC North Carolina;
ND North Dakota; OH Ohio; OK Oklahoma; OR Oregon; PA Pennsylvania; RI Rhode Island;
SC South Carolina; SD South Dakota; TN Tennessee; TX Texas; UT Utah; VT Vermont; VA Virginia;
WA Washington; WV West Virginia; WI Wisconsin; WY Wyoming; DC District of Columbia;
AS American Samoa; GU Guam; MP Northern Mariana Islands; PR Puerto Rico;
VI United States Virgin Islands
"""

_COUNTRY_LINES = """
ABW AW Aruba; AFG AF Afghanistan; AGO AO Angola; AIA AI Anguilla; ALA AX Åland Islands;
ALB AL Albania; AND AD Andorra; ARE AE United Arab Emirates; ARG AR Argentina; ARM AM Armenia;
ASM AS American Samoa; ATA AQ Antarctica; ATF TF French Southern Territories;
ATG AG Antigua and Barbuda; AUS AU Australia; AUT AT Austria; AZE AZ Azerbaijan;
BDI BI Burundi; BEL BE Belgium; BEN BJ Benin; BES BQ Bonaire, Sint Eustatius and Saba;
BFA BF Burkina Faso; BGD BD Bangladesh; BGR BG Bulgaria; BHR BH Bahrain; BHS BS Bahamas;
BIH BA Bosnia and Herzegovina; BLM BL Saint Barthélemy; BLR BY Belarus; BLZ BZ Belize;
BMU BM Bermuda; BOL BO Bolivia; BRA BR Brazil; BRB BB Barbados; BRN BN Brunei Darussalam;
BTN BT Bhutan; BVT BV Bouvet Island; BWA BW Botswana; CAF CF Central African Republic;
CAN CA Canada; CCK CC Cocos (Keeling) Islands; CHE CH Switzerland; CHL CL Chile; CHN CN China;
CIV CI Côte d'Ivoire; CMR CM Cameroon; COD CD Democratic Republic of the Congo; COG CG Congo;
COK CK Cook Islands; COL CO Colombia; COM KM Comoros; CPV CV Cabo Verde; CRI CR Costa Rica;
CUB CU Cuba; CUW CW Curaçao; CXR CX Christmas Island; CYM KY Cayman Islands; CYP CY Cyprus;
CZE CZ Czechia; DEU DE Germany; DJI DJ Djibouti; DMA DM Dominica; DNK DK Denmark;
DOM DO Dominican Republic; DZA DZ Algeria; ECU EC Ecuador; EGY EG Egypt; ERI ER Eritrea;
ESH EH Western Sahara; ESP ES Spain; EST EE Estonia; ETH ET Ethiopia; FIN FI Finland;
FJI FJ Fiji; FLK FK Falkland Islands (Malvinas); FRA FR France; FRO FO Faroe Islands;
FSM FM Micronesia; GAB GA Gabon; GBR GB United Kingdom; GEO GE Georgia; GGY GG Guernsey;
GHA GH Ghana; GIB GI Gibraltar; GIN GN Guinea; GLP GP Guadeloupe; GMB GM Gambia;
GNB GW Guinea-Bissau; GNQ GQ Equatorial Guinea; GRC GR Greece; GRD GD Grenada;
GRL GL Greenland; GTM GT Guatemala; GUF GF French Guiana; GUM GU Guam; GUY GY Guyana;
HKG HK Hong Kong; HMD HM Heard Island and McDonald Islands; HND HN Honduras; HRV HR Croatia;
HTI HT Haiti; HUN HU Hungary; IDN ID Indonesia; IMN IM Isle of Man; IND IN India;
IOT IO British Indian Ocean Territory; IRL IE Ireland; IRN IR Iran; IRQ IQ Iraq;
ISL IS Iceland; ISR IL Israel; ITA IT Italy; JAM JM Jamaica; JEY JE Jersey; JOR JO Jordan;
JPN JP Japan; KAZ KZ Kazakhstan; KEN KE Kenya; KGZ KG Kyrgyzstan; KHM KH Cambodia;
KIR KI Kiribati; KNA KN Saint Kitts and Nevis; KOR KR South Korea; KWT KW Kuwait; LAO LA Laos;
LBN LB Lebanon; LBR LR Liberia; LBY LY Libya; LCA LC Saint Lucia; LIE LI Liechtenstein;
LKA LK Sri Lanka; LSO LS Lesotho; LTU LT Lithuania; LUX LU Luxembourg; LVA LV Latvia;
MAC MO Macao; MAF MF Saint Martin (French part); MAR MA Morocco; MCO MC Monaco; MDA MD Moldova;
MDG MG Madagascar; MDV MV Maldives; MEX MX Mexico; MHL MH Marshall Islands;
MKD MK North Macedonia; MLI ML Mali; MLT MT Malta; MMR MM Myanmar; MNE ME Montenegro;
MNG MN Mongolia; MNP MP Northern Mariana Islands; MOZ MZ Mozambique; MRT MR Mauritania;
MSR MS Montserrat; MTQ MQ Martinique; MUS MU Mauritius; MWI MW Malawi; MYS MY Malaysia;
MYT YT Mayotte; NAM NA Namibia; NCL NC New Caledonia; NER NE Niger; NFK NF Norfolk Island;
NGA NG Nigeria; NIC NI Nicaragua; NIU NU Niue; NLD NL Netherlands; NOR NO Norway; NPL NP Nepal;
NRU NR Nauru; NZL NZ New Zealand; OMN OM Oman; PAK PK Pakistan; PAN PA Panama; PCN PN Pitcairn;
PER PE Peru; PHL PH Philippines; PLW PW Palau; PNG PG Papua New Guinea; POL PL Poland;
PRI PR Puerto Rico; PRK KP North Korea; PRT PT Portugal; PRY PY Paraguay; PSE PS Palestine;
PYF PF French Polynesia; QAT QA Qatar; REU RE Réunion; ROU RO Romania;
RUS RU Russian Federation; RWA RW Rwanda; SAU SA Saudi Arabia; SDN SD Sudan; SEN SN Senegal;
SGP SG Singapore; SGS GS South Georgia and the South Sandwich Islands;
SHN SH Saint Helena, Ascension and Tristan da Cunha; SJM SJ Svalbard and Jan Mayen;
SLB SB Solomon Islands; SLE SL Sierra Leone; SLV SV El Salvador; SMR SM San Marino;
SOM SO Somalia; SPM PM Saint Pierre and Miquelon; SRB RS Serbia; SSD SS South Sudan;
STP ST Sao Tome and Principe; SUR SR Suriname; SVK SK Slovakia; SVN SI Slovenia; SWE SE Sweden;
SWZ SZ Eswatini; SXM SX Sint Maarten (Dutch part); SYC SC Seychelles; SYR SY Syria;
TCA TC Turks and Caicos Islands; TCD TD Chad; TGO TG Togo; THA TH Thailand; TJK TJ Tajikistan;
TKL TK Tokelau; TKM TM Turkmenistan; TLS TL Timor-Leste; TON TO Tonga;
TTO TT Trinidad and Tobago; TUN TN Tunisia; TUR TR Türkiye; TUV TV Tuvalu; TWN TW Taiwan;
TZA TZ Tanzania; UGA UG Uganda; UKR UA Ukraine; UMI UM United States Minor Outlying Islands;
URY UY Uruguay; USA US United States; UZB UZ Uzbekistan; VAT VA Holy See (Vatican City State);
VCT VC Saint Vincent and the Grenadines; VEN VE Venezuela; VGB VG British Virgin Islands;
VIR VI United States Virgin Islands; VNM VN Vietnam; VUT VU Vanuatu; WLF WF Wallis and Futuna;
WSM WS Samoa; YEM YE Yemen; ZAF ZA South Africa; ZMB ZM Zambia; ZWE ZW Zimbabwe
"""


def _entries(lines: str) -> list[str]:
    return [entry.strip() for entry in lines.split(";")]


# The states, the capital's district, and the territories that the geofence counts as such.
US_STATES = {entry[:2]: entry[3:] for entry in _entries(_STATE_LINES)}
COUNTRIES = {
    entry[:3]: Country(entry[:3], entry[4:6], entry[7:]) for entry in _entries(_COUNTRY_LINES)
}
