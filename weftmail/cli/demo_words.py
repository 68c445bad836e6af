"""Short words that are easy to read out and to type: four of them are a password of the demo."""

from __future__ import annotations

_TEXT = """
acorn amber anchor apple april apron arrow aspen atlas autumn badge baker bamboo banjo barley basil basket beach
beacon beaver berry birch biscuit blanket blossom bottle branch breeze brick bridge bronze brook bucket butter cabin
cactus camel candle canoe canvas carbon carpet castle cedar cellar cement chalk cherry chestnut cider cinnamon circle
citrus clay clever clock cloud clover cobalt coconut comet copper coral cotton crane crayon cricket crystal cypress
dahlia dancer delta denim desert diamond dolphin domino dragon drum eagle easel echo eight elder ember emerald engine
fabric falcon feather fennel fern ferry fiddle field finch flame flint flute forest fossil fountain fox friday frost
galaxy garden garlic garnet ginger glacier globe goblet golden granite grape gravel guitar hammer harbor harvest hazel
heather hedge heron hickory honey horizon hornet indigo island ivory jacket jasmine jasper jigsaw juniper kayak kernel
kettle kitten ladder lagoon lantern lark laurel lemon lentil lilac linen lizard lobster lotus magnet mango maple
marble march marina meadow melon mercury mint mirror mitten monday mosaic moss muffin museum mustard nectar needle
nickel nine north nutmeg oasis ocean olive onion opal orbit orchid osprey otter oyster paddle panda paper parrot peach
pebble pepper piano pickle pigeon pillow planet plum pocket poppy prairie pumpkin purple puzzle quartz quill quiver
rabbit radish raven reef ribbon river robin rocket rosemary ruby saddle saffron salmon sandal sapphire seven silver
sparrow spruce summer sunday thistle velvet willow
"""

WORDS = tuple(_TEXT.split())
"""Each is there once."""
