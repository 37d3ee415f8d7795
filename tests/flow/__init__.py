"""The flow, where a mission log does not reach: what is asked, and what is kept between questions."""
