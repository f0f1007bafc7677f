"""What are people and streets called in Northmoor? Short lists; any likeness to a real person is chance."""

from __future__ import annotations

FORENAMES = (
    *("Aderyn", "Alba", "Amara", "Anwen", "Ashby", "Beatrix", "Bram", "Calder", "Carys", "Cassia"),
    *("Corwin", "Dagny", "Della", "Edlyn", "Elspeth", "Emrys", "Faris", "Fenella", "Garrick", "Gwenda"),
    *("Hadley", "Hester", "Idris", "Imogen", "Ivo", "Jarrah", "Jocasta", "Kasper", "Keziah", "Leofric"),
    *("Linnet", "Lowena", "Mabel", "Maren", "Merrick", "Nadia", "Nerys", "Oriel", "Osric", "Perpetua"),
    *("Piers", "Quilla", "Rafiq", "Rhoda", "Rowan", "Sabra", "Senara", "Sorrel", "Tamsin", "Tobiah"),
    *("Ulric", "Verity", "Wilf", "Winnow", "Xanthe", "Yusra", "Zadok", "Zennor"),
)
SURNAMES = (
    *("Aldwark", "Arkle", "Askrigg", "Barrowclough", "Beckwith", "Birkdale", "Blaydon", "Brackenrigg"),
    *("Caldbeck", "Cawthra", "Clough", "Coverdale", "Crosthwaite", "Dentdale", "Dunmoor", "Eccleshaw"),
    *("Ellerker", "Fairbeck", "Farndale", "Fenwright", "Garsdale", "Gillbank", "Greenhow", "Hallgarth"),
    *("Harkerside", "Haworthy", "Helmsby", "Ingleton", "Keldthwaite", "Kettlewell", "Kirkbride"),
    *("Langstroth", "Lathkill", "Lowmoor", "Marrick", "Mossdale", "Muker", "Nidderdale", "Oakshaw"),
    *("Ormside", "Oughtred", "Pateley", "Penhill", "Ravenseat", "Redmire", "Ribblehead", "Rookhope"),
    *("Sedbusk", "Semerwater", "Skelgill", "Sleights", "Stainmoor", "Swinnergill", "Tanfield"),
    *("Thoralby", "Threlkeld", "Uldale", "Underbarrow", "Wathgill", "Wensley", "Whernside", "Yarkley"),
)
STREETS = (
    *("Abbot's Garth", "Baxter Row", "Beck Lane", "Bellman Street", "Canal Walk", "Chandler's Yard"),
    *("Drover's Way", "Fell View", "Fuller's Court", "Gasworks Road", "Heron Close", "Kiln Bank"),
    *("Lantern Street", "Lock Terrace", "Mill Race", "Miller's Hey", "Moor Edge", "Nether Lane"),
    *("Orchard Fold", "Packhorse Road", "Quarry Rise", "Ropery Street", "Saltergate"),
    *("Shepherd's Gill", "Station Parade", "Tanner's Hill", "Tenter Croft", "Weaver's Green"),
    *("Wharf Street"),
)
WARDS = ("Abbey", "Beckside", "Canal", "Fellgate", "Moorend", "Quarry", "Saltergate", "Wharf")
LANGUAGES = ("en", "pl", "ur", "ro", "ar")
HOSTEL = "Lantern House, 1 Lantern Street"
